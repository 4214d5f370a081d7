import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { ClassifierError } from '../../domain/errors.ts';
import { fileKeys } from '../keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import type { ServerKey } from '../server-key.ts';

/** Passwords of encrypted documents: sealed in the store, in no history and in no definition. */
export interface FilePasswords {
  keep(tenant: string, fileId: string, password: string): Promise<void>;
  /** Undefined when the file has none. */
  read(tenant: string, fileId: string): Promise<string | undefined>;
}

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/** AES-256-GCM: nonce, tag, then the password; bound to its file, so that it opens no other one. */
export function createFilePasswords(store: ObjectStore, serverKey: ServerKey): FilePasswords {
  return {
    async keep(tenant, fileId, password) {
      const { password: key } = fileKeys(tenant, fileId);
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv(algorithm, await serverKey.for('passwords'), nonce).setAAD(Buffer.from(key));
      const sealed = Buffer.concat([cipher.update(password, 'utf8'), cipher.final()]);
      await store.put(key, Buffer.concat([nonce, cipher.getAuthTag(), sealed]));
    },

    async read(tenant, fileId) {
      const { password: key } = fileKeys(tenant, fileId);
      const found = await store.get(key);
      if (!found) return undefined;
      const bytes = Buffer.from(found.bytes);
      const decipher = createDecipheriv(algorithm, await serverKey.for('passwords'), bytes.subarray(0, nonceBytes))
        .setAAD(Buffer.from(key))
        .setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
      try {
        return Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]).toString();
      } catch (cause) {
        const detail =
          'The password of this file cannot be opened by this SERVER_KEY: set the one by which it was sealed.';
        throw new ClassifierError('worker_unfit', detail, { cause });
      }
    },
  };
}
