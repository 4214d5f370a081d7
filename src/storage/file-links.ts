import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ServerKey } from './server-key.ts';

/** How a file is opened without a key, for a while. */
export interface FileLink {
  readonly tenant: string;
  readonly fileId: string;
  /** Unix time in seconds. */
  readonly expires: number;
}

export interface FileLinks {
  /** Lower-case hex. */
  sign(link: FileLink): Promise<string>;
  /** Whether the signature is that of the link, which is looked at in constant time, and the link has not expired. */
  isValid(link: FileLink, signature: string): Promise<boolean>;
}

/** HMAC-SHA256 over all that a link says. */
export function createFileLinks(serverKey: ServerKey): FileLinks {
  async function macOf({ tenant, fileId, expires }: FileLink): Promise<Buffer> {
    const key = await serverKey.for('file links');
    return createHmac('sha256', key).update(`v1\n${tenant}\n${fileId}\n${expires}`).digest();
  }

  return {
    sign: async (link) => (await macOf(link)).toString('hex'),
    async isValid(link, signature) {
      const given = Buffer.from(signature, 'hex');
      const expected = await macOf(link);
      return given.length === expected.length && timingSafeEqual(given, expected) && link.expires > Date.now() / 1000;
    },
  };
}
