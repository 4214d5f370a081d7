import { randomUUID } from 'node:crypto';
import { PreconditionFailed, type ObjectStore, type PutOptions } from '../storage/object-store.ts';
import { s3ErrorCode } from '../storage/s3-errors.ts';

/**
 * Tests on a temporary object whether a store keeps what it gets and refuses a write whose condition fails: two
 * processes that write one object rely on that. Resolves with what the store fails to do, or undefined. Throws the
 * store's errors.
 */
export async function findBrokenCondition(store: ObjectStore): Promise<string | undefined> {
  const key = `pigeonhole-check-${randomUUID()}`;
  try {
    const first = await store.put(key, Buffer.from('first'), { ifNoneMatch: '*' });
    if (!(await isRefused(store, key, { ifNoneMatch: '*' }))) return 'honour If-None-Match';
    if (!(await holds(store, key, 'first'))) return 'give back what was put';
    if (!(await isRefused(store, key, { ifMatch: '0'.repeat(32) }))) return 'honour If-Match';
    if (await isRefused(store, key, { ifMatch: first.etag })) return 'honour If-Match';
    return (await holds(store, key, 'second')) ? undefined : 'give back what was put';
  } catch (error) {
    if (codeOf(error) === 'NotImplemented') return 'know conditional writes (If-None-Match, If-Match)';
    throw error;
  } finally {
    await store.delete(key);
  }
}

async function isRefused(store: ObjectStore, key: string, condition: PutOptions): Promise<boolean> {
  try {
    await store.put(key, Buffer.from('second'), condition);
    return false;
  } catch (error) {
    if (error instanceof PreconditionFailed) return true;
    throw error;
  }
}

async function holds(store: ObjectStore, key: string, text: string): Promise<boolean> {
  return Buffer.from((await store.get(key))?.bytes ?? []).toString() === text;
}

/** The store wraps what S3 answered. */
function codeOf(error: unknown): string | undefined {
  return s3ErrorCode(error) ?? (error instanceof Error ? codeOf(error.cause) : undefined);
}
