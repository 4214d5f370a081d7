import { closeSync, openSync, readSync } from 'node:fs';
import type { ReadAt } from './tiff-directory.ts';

/** A file whose bytes are read where they are asked for. Synchronous: a render child does one thing at a time. */
export function openFileReader(path: string): { readonly readAt: ReadAt } & Disposable {
  const descriptor = openSync(path, 'r');
  return {
    readAt(offset, length) {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, readSync(descriptor, bytes, 0, length, offset));
    },
    [Symbol.dispose]: () => closeSync(descriptor),
  };
}
