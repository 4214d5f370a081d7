import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { eachWindow } from '../../domain/each-window.ts';
import { ClassifierError } from '../../domain/errors.ts';
import { drainRequest, type DrainLimits } from './drain-request.ts';
import { answerBy } from './unreadable-request.ts';

export interface BodyLimits extends DrainLimits {
  /** Least that a client must send of its body, on average over `windowMs`; 0: anything. */
  readonly minBytesPerSecond: number;
  readonly windowMs: number;
}

/**
 * Limits how long any request can take to send its body, whether or not somebody reads it. A body that comes too slowly
 * gets 408. Once a request has its answer, reads the rest of its body within bounds and then closes the connection.
 * Node itself would wait for an hour.
 */
export function clockBodies(server: Server, limits: BodyLimits): void {
  const watch = (request: IncomingMessage, response: ServerResponse): void => {
    if (request.complete || !hasBody(request)) return;
    const stop = limits.minBytesPerSecond === 0 ? ignore : watchRate(request, response, limits);
    request.once('end', stop);
    request.once('close', stop);
    // Before `finish`, at which node would throw away what else comes, uncounted and without end.
    response.once('prefinish', () => {
      stop();
      drainRequest(request, response, limits);
    });
  };
  // First of all listeners: many requests are answered before the app gives the turn back.
  server.prependListener('request', watch).prependListener('checkExpectation', watch);
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Counts what the socket receives: listening to the body would read it before its consumer. */
function watchRate(
  request: IncomingMessage,
  response: ServerResponse,
  { minBytesPerSecond, windowMs }: BodyLimits,
): () => void {
  const { socket } = request;
  const leastBytes = (minBytesPerSecond * windowMs) / 1000;
  let before = socket.bytesRead;
  let wasHeldBack = isHeldBack(request);
  const stop = eachWindow(windowMs, (wasWhole) => {
    const received = socket.bytesRead - before;
    const isOurs = wasHeldBack || isHeldBack(request);
    before = socket.bytesRead;
    wasHeldBack = isHeldBack(request);
    if (!wasWhole || received >= leastBytes || isOurs || response.headersSent) return;
    stop();
    const detail = `The body arrives too slowly: less than ${minBytesPerSecond} bytes in a second, over ${windowMs / 1000} s.`;
    answerBy(response, new ClassifierError('request_timeout', detail));
  });
  return stop;
}

/** It waits for us, for the store most of all, and not for its client. */
function isHeldBack(request: IncomingMessage): boolean {
  return request.isPaused() || request.readableLength >= request.readableHighWaterMark;
}

function ignore(): void {
  // There is no rate to watch.
}
