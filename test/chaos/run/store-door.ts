import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';

/** A door before an S3 server that can say that the store is full, as MinIO does when its disk is. */
export interface StoreDoor extends AsyncDisposable {
  readonly endpoint: string;
  setFull(isFull: boolean): void;
}

const fullAnswer = `<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>XMinioStorageFull</Code><Message>Storage backend has reached its minimum free drive threshold.</Message></Error>`;

/** Opens the door. Requests pass as they are, with the host that their signature names. */
export async function openStoreDoor(endpoint: string): Promise<StoreDoor> {
  const { hostname, port } = new URL(endpoint);
  let isFull = false;

  function pass(incoming: IncomingMessage, answer: ServerResponse): void {
    if (isFull && (incoming.method === 'PUT' || incoming.method === 'POST')) {
      answer.writeHead(507, { 'content-type': 'application/xml', connection: 'close' }).end(fullAnswer);
      return;
    }
    const { method, url, headers } = incoming;
    const passed = request({ hostname, port, method, path: url, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
      response.once('error', () => answer.destroy());
    });
    // A store that is away looks to the client as it would without us: the connection breaks.
    passed.once('error', () => answer.destroy());
    answer.once('close', () => passed.destroy());
    incoming.pipe(passed);
  }

  const server = createServer(pass);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the door of the store has no port');

  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    setFull: (next) => void (isFull = next),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
