import type { IncomingMessage, ServerResponse } from 'node:http';

export interface DrainLimits {
  readonly maxDrainBytes: number;
  readonly maxDrainMs: number;
}

/**
 * Reads on, within bounds, what the client still sends after its request has been refused, and then ends the
 * connection. Closing at once would reset it, and the client would see a broken pipe where it should see the answer.
 * The answer itself goes out at once and without `Connection: close`, on which node would close without reading on.
 */
export function drainRequest(request: IncomingMessage, response: ServerResponse, limits: DrainLimits): void {
  if (request.complete || request.destroyed) return;
  let drainedBytes = 0;
  const count = (chunk: Buffer): void => {
    drainedBytes += chunk.length;
    if (drainedBytes > limits.maxDrainBytes) giveUp();
  };
  const timer = setTimeout(() => giveUp(), limits.maxDrainMs);
  const stop = (): void => {
    clearTimeout(timer);
    request.off('data', count);
  };
  const giveUp = (): void => {
    stop();
    if (request.complete) return;
    if (response.writableFinished) request.socket.destroySoon();
    else response.once('finish', () => request.socket.destroySoon());
  };
  request.on('data', count);
  request.once('end', stop);
  request.once('close', stop);
  request.resume();
}
