import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';

export interface SlowServer extends AsyncDisposable {
  readonly url: string;
  /** Who has no answer yet. */
  readonly waiting: ReadonlySet<ServerResponse>;
  /** How many waited at a time, at most. */
  most(): number;
  /** Gives all of them their answer, and whoever comes from now on. */
  release(): void;
}

/**
 * A server that leaves everybody below `/slow` without an answer until it is told to give it, and answers all others at
 * once.
 */
export async function startSlowServer(answer: (response: ServerResponse) => void): Promise<SlowServer> {
  const waiting = new Set<ServerResponse>();
  let isReleased = false;
  let most = 0;
  const server = createServer((request, response) => {
    if (isReleased || request.url?.startsWith('/slow') !== true) {
      answer(response);
      return;
    }
    waiting.add(response);
    most = Math.max(most, waiting.size);
    response.once('close', () => waiting.delete(response));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    waiting,
    most: () => most,
    release() {
      isReleased = true;
      for (const response of waiting) answer(response);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
