import { hkdfSync, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Secret } from '../secret.ts';
import { readJson, writeJson } from './json-documents.ts';
import { serverKeyKey } from './keys.ts';
import { PreconditionFailed, type ObjectStore } from '../storage/object-store.ts';

/** The purpose of a key: a leaked key is useless for another purpose. */
export type KeyPurpose = 'links' | 'passwords';

/** The secret of this installation, which all of its processes share. */
export interface ServerKey {
  /** 32 bytes, always the same for one purpose. */
  for(purpose: KeyPurpose): Promise<Buffer>;
}

const storedSchema = z.object({ key: z.base64() });

/**
 * The operator's `SERVER_KEY`, else one that is created at first use and kept in the store. Whoever can read the whole
 * store could then read the passwords in it, so an operator who shares the store sets one.
 */
export function createServerKey({
  store,
  given,
}: {
  readonly store: ObjectStore;
  readonly given?: Secret | undefined;
}): ServerKey {
  let known: Promise<Buffer> | undefined;

  async function root(): Promise<Buffer> {
    if (given) return Buffer.from(given.reveal());
    const stored = await readJson(store, serverKeyKey, (value) => storedSchema.parse(value));
    if (stored) return Buffer.from(stored.value.key, 'base64');
    try {
      const key = randomBytes(32);
      await writeJson(store, serverKeyKey, { key: key.toString('base64') }, { ifNoneMatch: '*' });
      return key;
    } catch (error) {
      if (!(error instanceof PreconditionFailed)) throw error;
      return root();
    }
  }

  return {
    async for(purpose) {
      known ??= root();
      try {
        return Buffer.from(hkdfSync('sha256', await known, '', purpose, 32));
      } catch (error) {
        // The store was away; the next call tries again.
        known = undefined;
        throw error;
      }
    },
  };
}
