import type { Request, RequestHandler, Response } from 'express';

/** Runs the handler for matching requests only; other requests skip its cost. */
export function when(isMeant: (request: Request) => boolean, handler: RequestHandler): RequestHandler {
  return (request, response, next) => {
    if (isMeant(request)) handler(request, response, next);
    else next();
  };
}

/** `classify` of `/classify/7e10`. */
export function firstSegment({ path }: Request): string {
  const end = path.indexOf('/', 1);
  return end === -1 ? path.slice(1) : path.slice(1, end);
}

/** Aborts when the client goes away before its answer is out. */
export function untilClosed(response: Response): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}
