import type { RequestHandler } from 'express';
import { ClassifierError } from '../../domain/errors.ts';

/**
 * A body parser of express that answers a body beyond its limit at once. By itself it reads such a body to its end
 * first, however long that is and however long it takes.
 */
export function refuseEarly(limitBytes: number, parser: RequestHandler): RequestHandler {
  return (request, response, next) => {
    let received = 0;
    let isSettled = false;
    const settle = (error?: unknown): void => {
      if (isSettled) return;
      isSettled = true;
      request.off('data', count);
      next(error);
    };
    const count = (chunk: Buffer): void => {
      received += chunk.length;
      if (received > limitBytes) settle(bodyTooLarge(limitBytes));
    };
    void parser(request, response, settle);
    // It hands on at once what is in a type that it does not read.
    if (isSettled) return;
    if (Number(request.get('content-length') ?? 0) > limitBytes) settle(bodyTooLarge(limitBytes));
    else request.on('data', count);
  };
}

/** The error for a body above the limit (`entity.too.large` in express). */
export function bodyTooLarge(limitBytes: number | undefined): ClassifierError {
  const limit = limitBytes === undefined ? '' : `; at most ${limitBytes} bytes are read`;
  return new ClassifierError(
    'payload_too_large',
    `The request body is too large${limit}. Larger documents are uploaded as files, or named by their URL.`,
  );
}
