import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { ClassifierError } from '../../domain/errors.ts';
import type { ServerKey } from '../../records/server-key.ts';
import { firstSegment } from './when.ts';

export interface UrlSignerOptions {
  readonly serverKey: ServerKey;
  /** Under which clients reach the API; no slash at the end. */
  readonly publicUrl: string;
}

/** Signs URLs that need no key: whoever has one can read its resource until it expires. */
export interface UrlSigner {
  /**
   * The whole address of a path of ours, percent-encoded, good for so long from now; below another one than the public
   * one where that is given.
   */
  sign(path: string, validMs: number, baseUrl?: string): Promise<string>;
  /** Whether `sign` made this path and query, and they have not expired. */
  isGood(path: string, query: Readonly<Record<string, unknown>>): Promise<boolean>;
}

/** Signs with a key that all processes of this deployment have. */
export function createUrlSigner({ serverKey, publicUrl }: UrlSignerOptions): UrlSigner {
  async function signatureOf(path: string, expires: string): Promise<string> {
    const key = await serverKey.for('links');
    return createHmac('sha256', key).update(`${expires}\n${path}`).digest('base64url');
  }

  return {
    async sign(path, validMs, baseUrl = publicUrl) {
      const expires = String(Math.ceil((Date.now() + validMs) / 1000));
      return `${baseUrl}${path}?expires=${expires}&signature=${await signatureOf(path, expires)}`;
    },
    async isGood(path, { expires, signature }) {
      if (typeof expires !== 'string' || typeof signature !== 'string' || !/^\d{1,12}$/.test(expires)) return false;
      if (Number(expires) * 1000 < Date.now()) return false;
      const expected = Buffer.from(await signatureOf(path, expires));
      const given = Buffer.from(signature);
      return given.length === expected.length && timingSafeEqual(given, expected);
    },
  };
}

/** Below which all of them stand, and nothing else. */
const signedSegment = 'signed';

export function isSignedRequest(request: Request): boolean {
  return firstSegment(request) === signedSegment;
}

/** Lets through what has a good signature; mounted before `authenticate`, at a path that serves nothing else. */
export function requireSignature(signer: UrlSigner): RequestHandler {
  return async (request, _response, next) => {
    // As it came, not decoded: this is what was signed.
    const [path = ''] = request.originalUrl.split('?', 1);
    if (!(await signer.isGood(path, request.query))) {
      throw new ClassifierError('not_found', 'This link is not valid, or no longer');
    }
    next();
  };
}
