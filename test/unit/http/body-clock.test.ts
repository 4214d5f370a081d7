import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import express from 'express';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { serveApi } from '../../../src/startup/serve-api.ts';

const logger = pino({ level: 'silent' });
const bodies = { minBytesPerSecond: 1000, windowMs: 200, maxDrainBytes: 1_000_000, maxDrainMs: 300 };
const answers = { minBytesPerSecond: 1000, windowMs: 30_000 };

async function startApi(change: Partial<typeof bodies> = {}): Promise<number> {
  const app = express();
  app.post('/json', express.json(), (request, response) => void response.json(request.body));
  app.post('/waiting', () => undefined);
  app.post('/refused', (_request, response) => void response.status(401).end('refused'));
  const api = await serveApi(app, { host: '127.0.0.1', port: 0, logger, answers, bodies: { ...bodies, ...change } });
  onTestFinished(() => api.stop(0));
  return Number(new URL(api.url).port);
}

/** A client that announces a long body and sends a byte of it now and then, for as long as it may. */
function drip(port: number, path: string, contentType = 'application/json'): Socket {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${contentType}\r\nContent-Length: 100000\r\n\r\n{`;
  socket.write(head);
  const dripping = setInterval(() => socket.write(' '), 20);
  socket.once('close', () => clearInterval(dripping));
  return socket;
}

test.each(['/json', '/waiting'])(
  'a body that comes too slowly is answered with 408 and its connection ends: %s',
  async (path) => {
    const answer = await text(drip(await startApi(), path));

    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    expect(answer).toContain('The body arrives too slowly: less than 1000 bytes in a second, over 0.2 s.');
  },
);

test('a request that has its answer may not be sent for ever, however slowly', async () => {
  const slow = drip(await startApi({ minBytesPerSecond: 0 }), '/refused');
  expect(await text(slow)).toContain('refused');
});

test('nor however fast', async () => {
  const fast = connect(await startApi({ maxDrainMs: 60_000 }), '127.0.0.1').on('error', () => undefined);
  fast.write('POST /refused HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n');
  const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(0x10000), Buffer.from('\r\n')]);
  const send = (): void => {
    while (!fast.destroyed && fast.write(chunk));
  };
  const closed = new Promise((resolve) => fast.once('close', resolve));
  fast.on('drain', send).resume();
  send();

  await expect(closed).resolves.toBeDefined();
});

test('a client that is fast enough keeps its connection, also after an answer that came before its body', async () => {
  const socket = connect(await startApi(), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let received = '';
  socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
  socket.write('POST /refused HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nab');
  await expect.poll(() => received).toContain('refused');
  socket.write('cd');

  socket.write(
    'POST /json HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{"a":1}',
  );

  await expect.poll(() => received).toContain('{"a":1}');
});

test('a body that the server itself does not read yet is not taken for a slow one', async () => {
  const app = express();
  const { promise: mayRead, resolve: readNow } = Promise.withResolvers<void>();
  app.post('/', async (request, response) => {
    request.pause();
    await mayRead;
    let size = 0;
    for await (const chunk of request) size += Buffer.from(chunk).length;
    response.end(`read ${size}`);
  });
  const api = await serveApi(app, { host: '127.0.0.1', port: 0, logger, answers, bodies });
  onTestFinished(() => api.stop(0));
  setTimeout(readNow, 900);

  const response = await fetch(api.url, { method: 'POST', body: new Uint8Array(1_000_000) });

  expect(await response.text()).toBe('read 1000000');
});
