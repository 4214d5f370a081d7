import { createServer } from 'node:http';

/** A server on this machine that gives as many answers as there are bodies, each once, and ends. */
export async function serveOnce(...bodies: readonly Uint8Array[]): Promise<{ url: string }> {
  const left = [...bodies];
  const server = createServer((_request, response) => {
    response.setHeader('Connection', 'close').end(left.shift(), () => {
      if (left.length === 0) server.close();
    });
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}` };
}
