import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createGuardedFetch, type GuardedFetchOptions } from '../../src/net/fetch-guard.ts';

async function serve(listener: RequestListener): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function createFetch(options: Partial<GuardedFetchOptions> = {}) {
  return createGuardedFetch({
    allowedNetworks: ['127.0.0.1'],
    connectTimeoutMs: 5000,
    totalTimeoutMs: 20_000,
    minBytesPerSecond: 0,
    maxRedirects: 3,
    resolveHost: async () => [],
    ...options,
  });
}

async function read(url: string, options: Partial<GuardedFetchOptions> = {}, maxBytes = 1_000_000): Promise<Buffer> {
  const signal = new AbortController().signal;
  const { stream } = await createFetch(options).download(url, { maxBytes, signal });
  return await buffer(stream);
}

describe('a guarded download', () => {
  test('gives the bytes, the declared type and the address without its query', async () => {
    await using local = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'application/pdf' }).end('%PDF-1.7');
    });
    const signal = new AbortController().signal;

    const download = await createFetch().download(`http://127.0.0.1:${local.port}/a.pdf?token=s3cret`, {
      maxBytes: 100,
      signal,
    });

    expect((await buffer(download.stream)).toString()).toBe('%PDF-1.7');
    expect(download).toMatchObject({
      contentType: 'application/pdf',
      finalUrl: `http://127.0.0.1:${local.port}/a.pdf`,
    });
  });

  test('follows a redirect to an allowed address', async () => {
    await using local = await serve((request, response) => {
      if (request.url === '/b') response.end('there');
      else response.writeHead(302, { location: '/b' }).end();
    });

    expect((await read(`http://127.0.0.1:${local.port}/a`)).toString()).toBe('there');
  });

  test('gives a compressed answer as it was before', async () => {
    await using local = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('plain'));
    });

    expect((await read(`http://127.0.0.1:${local.port}/`)).toString()).toBe('plain');
  });
});

describe('a guarded download refuses', () => {
  const forbidden = { code: 'source_forbidden', detail: 'The address of file_url is not allowed.' };

  test('a name that resolves to loopback, and sends nothing there', async () => {
    let requests = 0;
    await using local = await serve((_, response) => {
      requests += 1;
      response.end();
    });
    const resolveHost = async () => [{ address: '127.0.0.1', family: 4 }];

    const failure = read(`http://files.example.com:${local.port}/`, { allowedNetworks: [], resolveHost });

    await expect(failure).rejects.toMatchObject(forbidden);
    expect(requests).toBe(0);
  });

  test('the name localhost', async () => {
    await expect(read('http://localhost:1/', { allowedNetworks: [] })).rejects.toMatchObject(forbidden);
  });

  test('a name of which one address is public and another private', async () => {
    const resolveHost = async () => [
      { address: '93.184.216.34', family: 4 },
      { address: '10.0.0.1', family: 4 },
    ];

    await expect(read('http://files.example.com/', { resolveHost })).rejects.toMatchObject(forbidden);
  });

  test.each(['http://127.0.0.2:1/', 'http://[::1]:1/', 'http://169.254.169.254/latest', 'file:///etc/passwd'])(
    'a redirect to %s',
    async (location) => {
      await using local = await serve((_, response) => void response.writeHead(302, { location }).end());

      await expect(read(`http://127.0.0.1:${local.port}/`)).rejects.toMatchObject(forbidden);
    },
  );

  test('a name that changes its address between two requests', async () => {
    await using local = await serve((_, response) => void response.writeHead(302, { location: '/again' }).end());
    const answers = ['127.0.0.1', '127.0.0.2'];
    const resolveHost = async () => [{ address: answers.shift() ?? '', family: 4 }];

    await expect(read(`http://files.example.com:${local.port}/`, { resolveHost })).rejects.toMatchObject(forbidden);
    expect(answers).toStrictEqual([]);
  });

  test('a circle of redirects', async () => {
    await using local = await serve((_, response) => void response.writeHead(307, { location: '/' }).end());

    await expect(read(`http://127.0.0.1:${local.port}/`)).rejects.toMatchObject({
      code: 'source_unreachable',
      retryable: false,
      detail: 'file_url redirects more than 3 times.',
    });
  });

  test.each([
    ['declared', { 'content-length': '5000' }],
    ['found while reading', {}],
  ])('a document that is too large, %s', async (_, headers) => {
    await using local = await serve((__, response) => void response.writeHead(200, headers).end('x'.repeat(5000)));

    await expect(read(`http://127.0.0.1:${local.port}/`, {}, 4999)).rejects.toMatchObject({
      code: 'payload_too_large',
      detail: expect.stringContaining('4999 bytes'),
    });
  });

  test('a small answer that unpacks to a large one', async () => {
    await using local = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(50_000_000)));
    });

    await expect(read(`http://127.0.0.1:${local.port}/`)).rejects.toMatchObject({ code: 'payload_too_large' });
  });
});

describe('a guarded download that fails', () => {
  test.each([
    [404, false],
    [403, false],
    [410, false],
    [429, true],
    [503, true],
  ])('with HTTP %i says so, and whether to try again', async (status, retryable) => {
    await using local = await serve((_, response) => void response.writeHead(status, { 'retry-after': '3' }).end('no'));

    await expect(read(`http://127.0.0.1:${local.port}/?token=s3cret`)).rejects.toMatchObject({
      code: 'source_unreachable',
      detail: `file_url answered with HTTP ${status}.`,
      retryable,
      retryAfterMs: retryable ? 3000 : undefined,
    });
  });

  test('because nobody listens names no address', async () => {
    const { port } = await (async () => {
      await using local = await serve(() => {});
      return local;
    })();

    const error = await read(`http://127.0.0.1:${port}/`).catch((reason: unknown) => reason);

    expect(error).toMatchObject({ code: 'source_unreachable', retryable: true, detail: 'file_url cannot be reached.' });
    expect(inspect(error, { depth: 10 })).not.toContain(`:${port}`);
  });

  test('because the name does not exist says so', async () => {
    const resolveHost = async () => [];

    await expect(read('http://nowhere.example/', { resolveHost })).rejects.toMatchObject({
      code: 'source_unreachable',
      detail: 'The host of file_url cannot be found.',
    });
  });

  test('because the server drips is ended by its clock', async () => {
    await using local = await serve((_, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write('x'), 20);
      response.once('close', () => clearInterval(drip));
    });

    await expect(read(`http://127.0.0.1:${local.port}/`, { totalTimeoutMs: 300 })).rejects.toMatchObject({
      code: 'source_unreachable',
      detail: 'file_url did not deliver the document within 0.3 s.',
    });
  });

  test('because the connection breaks in the middle fails the stream', async () => {
    await using local = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.destroy());
    });

    await expect(read(`http://127.0.0.1:${local.port}/`)).rejects.toMatchObject({ code: 'source_unreachable' });
  });

  test('because it is cancelled in the middle closes the connection', async () => {
    const closed = Promise.withResolvers<void>();
    await using local = await serve((_, response) => {
      response.writeHead(200).write('x');
      response.once('close', closed.resolve);
    });
    const controller = new AbortController();

    const { stream } = await createFetch().download(`http://127.0.0.1:${local.port}/`, {
      maxBytes: 100,
      signal: controller.signal,
    });
    const reading = buffer(stream);
    controller.abort();

    await expect(reading).rejects.toMatchObject({ code: 'cancelled' });
    await closed.promise;
  });

  test('because its reader goes away closes the connection', async () => {
    const closed = Promise.withResolvers<void>();
    await using local = await serve((_, response) => {
      response.writeHead(200).write('x');
      response.once('close', closed.resolve);
    });
    const signal = new AbortController().signal;

    const { stream } = await createFetch().download(`http://127.0.0.1:${local.port}/`, { maxBytes: 100, signal });
    stream.destroy();

    await closed.promise;
    expect(stream.destroyed).toBe(true);
  });
});
