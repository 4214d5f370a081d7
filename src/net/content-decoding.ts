import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { ClassifierError } from '../domain/errors.ts';

/** More of them, one in another, no server sends. */
const maxCodings = 3;
/** Compressions that nothing here undoes (IANA HTTP content coding registry). */
const unreadable = new Set(['compress', 'x-compress', 'dcb', 'dcz', 'exi', 'pack200-gzip']);

/**
 * The streams that undo the content codings of an answer (RFC 9110 8.4), the last first. What is no compression changes
 * no byte: objects of S3 carry what their uploaders wrote there, such as `UTF-8`, `binary` and `aws-chunked`. The size
 * is bounded behind them: bombs end there.
 */
export function createDecoder(contentEncoding: string | undefined, field: string): Transform[] {
  const codings = (contentEncoding ?? '')
    .toLowerCase()
    .split(',')
    .slice(0, maxCodings + 1)
    .map((coding) => coding.trim());
  const decoders = codings.flatMap((coding) => decoderOf(coding, field)).toReversed();
  if (decoders.length <= maxCodings) return decoders;
  throw notAskedFor(field);
}

function decoderOf(coding: string, field: string): Transform[] {
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return [createGunzip()];
    case 'deflate':
      return [createInflate()];
    case 'br':
      return [createBrotliDecompress()];
    case 'zstd':
      return [createZstdDecompress()];
    default:
      if (unreadable.has(coding)) throw notAskedFor(field);
      return [];
  }
}

function notAskedFor(field: string): ClassifierError {
  return new ClassifierError('source_unreachable', `${field} is sent in an encoding that was not asked for.`, {
    retryable: false,
  });
}
