import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { eachWindow } from '../../domain/each-window.ts';

export interface AnswerLimits {
  /** Least that a client must take of its answer, on average over `windowMs`; 0: anything. */
  readonly minBytesPerSecond: number;
  readonly windowMs: number;
}

/**
 * Limits how long a client may take to read an answer, which meanwhile holds memory or an open file. A client that
 * reads too slowly loses its connection; Node itself would wait for ever. Time in which the client waits for us does
 * not count.
 */
export function clockAnswers(server: Server, limits: AnswerLimits): void {
  if (limits.minBytesPerSecond === 0) return;
  const watch = (request: IncomingMessage, response: ServerResponse): void => watchAnswer(request, response, limits);
  // First of all listeners: many requests are answered before the app gives the turn back.
  server.prependListener('request', watch).prependListener('checkExpectation', watch);
}

function watchAnswer(
  { socket }: IncomingMessage,
  response: ServerResponse,
  { minBytesPerSecond, windowMs }: AnswerLimits,
): void {
  const leastBytes = (minBytesPerSecond * windowMs) / 1000;
  let before = sentBytes(socket);
  let wasBehind = false;
  const stop = eachWindow(windowMs, (wasWhole) => {
    const sent = sentBytes(socket) - before;
    const isBehind = socket.writableLength > 0;
    if (wasWhole && wasBehind && isBehind && sent < leastBytes) socket.destroy();
    before += sent;
    wasBehind = isBehind;
  });
  // Also when it is out as far as we are concerned; how long an idle connection lives is node's to bound.
  response.once('finish', stop);
  response.once('close', stop);
}

/**
 * Bytes that the operating system has accepted. An answer in one write shows progress only in the socket's handle,
 * where node's own timeout looks too (`_onTimeout` in lib/net.js); otherwise only whole writes count.
 */
function sentBytes(socket: Socket): number {
  const handle: unknown = Reflect.get(socket, '_handle');
  if (typeof handle === 'object' && handle !== null && 'bytesWritten' in handle && 'writeQueueSize' in handle) {
    const { bytesWritten, writeQueueSize } = handle;
    if (typeof bytesWritten === 'number' && typeof writeQueueSize === 'number') return bytesWritten - writeQueueSize;
  }
  return socket.bytesWritten - socket.writableLength;
}
