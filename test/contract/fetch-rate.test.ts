import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { createGuardedFetch } from '../../src/net/fetch-guard.ts';

async function download(listener: RequestListener, minBytesPerSecond: number) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const guard = createGuardedFetch({
    allowedNetworks: ['127.0.0.1'],
    connectTimeoutMs: 5000,
    totalTimeoutMs: 60_000,
    minBytesPerSecond,
    rateWindowMs: 200,
    maxRedirects: 0,
    resolveHost: async () => [],
  });
  const signal = new AbortController().signal;
  return (await guard.download(`http://127.0.0.1:${port}/`, { maxBytes: 10_000_000, signal })).stream;
}

test('a source that drips is given up although its total time is not over, and its connection closed', async () => {
  const closed = Promise.withResolvers<void>();
  const stream = await download((_, response) => {
    const drip = setInterval(() => response.write('x'), 20);
    response.once('close', () => {
      clearInterval(drip);
      closed.resolve();
    });
  }, 1000);

  await expect(buffer(stream)).rejects.toMatchObject({
    code: 'source_unreachable',
    retryable: true,
    detail: 'file_url delivers too slowly: less than 1000 bytes in a second, over 0.2 s.',
  });
  await closed.promise;
});

test('a source that is faster than it must be is read to its end, however long that takes', async () => {
  const stream = await download((_, response) => {
    let left = 50;
    const flow = setInterval(() => {
      left -= 1;
      if (left > 0) response.write(Buffer.alloc(1000));
      else response.end();
    }, 20);
    response.once('close', () => clearInterval(flow));
  }, 1000);

  expect(await buffer(stream)).toHaveLength(49_000);
});

test('a source that has to wait for its reader is not taken for a slow one', async () => {
  const stream = await download((_, response) => void response.end(Buffer.alloc(5_000_000)), 1_000_000);
  const { promise: laterOn, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, 900);
  await laterOn;

  expect(await buffer(stream)).toHaveLength(5_000_000);
});

test('without a least rate a source may drip for as long as the total time lets it', async () => {
  const stream = await download((_, response) => {
    response.write('a');
    setTimeout(() => response.end('b'), 500);
  }, 0);

  expect(String(await buffer(stream))).toBe('ab');
});
