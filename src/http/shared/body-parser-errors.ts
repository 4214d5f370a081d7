import type { Request } from 'express';
import { ClassifierError } from '../../domain/errors.ts';
import { bodyTooLarge } from './refuse-early.ts';

/** Those that express's body parsers undo. */
const contentEncodings = 'gzip, deflate, br, zstd or identity';

/** Maps errors of express and its body parsers (http-errors: `type`, `status`) to ours. */
export function fromBodyParser(error: unknown, request: Pick<Request, 'get'>): ClassifierError | undefined {
  if (!(error instanceof Error) || error instanceof ClassifierError || !('status' in error)) return undefined;
  const { status } = error;
  switch ('type' in error ? error.type : undefined) {
    case 'entity.too.large':
      return bodyTooLarge('limit' in error && typeof error.limit === 'number' ? error.limit : undefined);
    case 'entity.parse.failed':
      return new ClassifierError('invalid_request', 'The request body is not valid JSON.');
    case 'encoding.unsupported':
      return unsupported(`Content-Encoding must be ${contentEncodings}; got "${shown(request, 'content-encoding')}".`);
    case 'charset.unsupported':
      return unsupported(
        `The charset of Content-Type must be utf-8, or be left out; got "${shown(request, 'content-type')}".`,
      );
    default:
      return typeof status === 'number' && status >= 400 && status < 500 ? malformed(error, request) : undefined;
  }
}

function malformed(error: Error, request: Pick<Request, 'get'>): ClassifierError {
  const encoding = shown(request, 'content-encoding').toLowerCase();
  const isOfDecoder = 'code' in error && 'errno' in error;
  if (encoding !== '' && isOfDecoder) {
    const detail = `Content-Encoding is "${encoding}", but the body is not valid ${encoding}; send it so, or without the header.`;
    return new ClassifierError('invalid_request', detail);
  }
  return new ClassifierError('invalid_request', 'The request cannot be read: its path, header or body is malformed.');
}

function unsupported(detail: string): ClassifierError {
  return new ClassifierError('unsupported_media_type', detail);
}

function shown(request: Pick<Request, 'get'>, header: string): string {
  return request.get(header)?.slice(0, 80) ?? '';
}
