import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { ClassifierError } from '../domain/errors.ts';

/** The stream, if any, that undoes a content coding (RFC 9110 8.4). The size is bounded after it: bombs end there. */
export function createDecoder(contentEncoding: string | undefined, field: string): Transform[] {
  switch (contentEncoding?.trim().toLowerCase() ?? '') {
    case '':
    case 'identity':
      return [];
    case 'gzip':
    case 'x-gzip':
      return [createGunzip()];
    case 'deflate':
      return [createInflate()];
    case 'br':
      return [createBrotliDecompress()];
    default:
      throw new ClassifierError('source_unreachable', `${field} is sent in an encoding that was not asked for.`, {
        retryable: false,
      });
  }
}
