import { setTimeout as delay } from 'node:timers/promises';
import { type ObjectFacts, type ObjectStore, PreconditionFailed, type PutOptions } from '../storage/object-store.ts';

/** Turns parsed JSON into a value of the right type, or throws. */
export type Parse<T> = (value: unknown) => T;

export interface JsonDocument<T> {
  readonly value: T;
  readonly etag: string;
}

/** An object that is not what its key says: damaged, written by hand, or by a version that is to come. */
export class UnreadableObject extends Error {
  override readonly name = 'UnreadableObject';
  readonly key: string;

  constructor(key: string, cause: unknown) {
    super(`the stored document ${key} can't be read`, { cause });
    this.key = key;
  }
}

/**
 * The document at `key`, or undefined when there is none. Throws
 * `UnreadableObject` when it is not what `parse` expects.
 */
export async function readJson<T>(
  store: ObjectStore,
  key: string,
  parse: Parse<T>,
): Promise<JsonDocument<T> | undefined> {
  const found = await store.get(key);
  if (!found) return undefined;
  try {
    return { value: parse(JSON.parse(Buffer.from(found.bytes).toString('utf8'))), etag: found.etag };
  } catch (error) {
    throw new UnreadableObject(key, error);
  }
}

/** Writes the document; with `ifMatch` or `ifNoneMatch` throws PreconditionFailed when another writer was first. */
export function writeJson(
  store: ObjectStore,
  key: string,
  value: unknown,
  options: Pick<PutOptions, 'ifMatch' | 'ifNoneMatch' | 'signal'> = {},
): Promise<ObjectFacts> {
  return store.put(key, Buffer.from(JSON.stringify(value)), { ...options, contentType: 'application/json' });
}

export interface UpdateJsonOptions {
  readonly maxAttempts?: number;
  readonly signal?: AbortSignal;
}

/**
 * Applies `update` to the document (undefined when there is none) and loses no writer's change. When another writer was
 * first, it calls `update` again on the newer document, so `update` must have no side effects. Throws
 * PreconditionFailed after `maxAttempts` lost races.
 */
export async function updateJson<T>(
  store: ObjectStore,
  key: string,
  parse: Parse<T>,
  update: (current: T | undefined) => T | Promise<T>,
  { maxAttempts = 20, signal }: UpdateJsonOptions = {},
): Promise<JsonDocument<T>> {
  for (let attempt = 1; ; attempt++) {
    const current = await readJson(store, key, parse);
    const value = await update(current?.value);
    const condition = current ? { ifMatch: current.etag } : ({ ifNoneMatch: '*' } as const);
    try {
      const { etag } = await writeJson(store, key, value, { ...condition, ...(signal ? { signal } : {}) });
      return { value, etag };
    } catch (error) {
      if (!(error instanceof PreconditionFailed) || attempt === maxAttempts) throw error;
      // Random, so that writers that collided once do not collide again.
      await delay(Math.random() * Math.min(10 * 2 ** attempt, 250), undefined, signal ? { signal } : {});
    }
  }
}
