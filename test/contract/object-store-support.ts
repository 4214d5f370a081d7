import { randomBytes, randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { ListedObject, ObjectStore } from '../../src/storage/object-store.ts';

export interface ObjectStoreSubject {
  readonly name: string;
  /** A store that is ready. Called once. */
  create(): Promise<ObjectStore>;
  /** How many objects a long listing holds: more than one page of 1,000 where that is quick. */
  readonly longListing: number;
  /** Larger than one part, so that the bytes take the path of large uploads. */
  readonly largeBytes: number;
}

export function uniquePrefix(): string {
  return `contract/${randomUUID()}/`;
}

/** Everything below the prefix, in the order in which the store lists it. */
export async function listed(store: ObjectStore, prefix: string): Promise<ListedObject[]> {
  return Array.fromAsync(store.list(prefix));
}

export async function collect(stream: Readable | undefined): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const chunk of stream ?? []) parts.push(Buffer.from(chunk));
  return Buffer.concat(parts);
}

/** Random bytes in chunks. */
export function* chunks(totalBytes: number, see: (chunk: Buffer) => void = () => {}): Generator<Buffer> {
  // No divisor of any part size, so that chunks straddle the borders of parts.
  const chunk = randomBytes(60_001);
  for (let sent = 0; sent < totalBytes; sent += chunk.length) {
    const piece = chunk.subarray(0, Math.min(chunk.length, totalBytes - sent));
    see(piece);
    yield piece;
  }
}

export function* failing(afterBytes: number, failure: Error): Generator<Buffer> {
  yield* chunks(afterBytes);
  throw failure;
}

export async function inBatches(keys: readonly string[], action: (key: string) => Promise<unknown>): Promise<void> {
  for (let start = 0; start < keys.length; start += 25) await Promise.all(keys.slice(start, start + 25).map(action));
}
