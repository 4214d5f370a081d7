import { createServer } from 'node:http';

/** A server on this machine that gives one answer, with these bytes, and ends. */
export async function serveOnce(body: Uint8Array): Promise<{ url: string }> {
  const server = createServer((_request, response) => {
    response.end(body, () => server.close());
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}` };
}
