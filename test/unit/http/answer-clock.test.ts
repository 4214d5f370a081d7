import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import express, { type Express } from 'express';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../../../src/config/config.ts';
import { serveApi } from '../../../src/startup/serve-api.ts';

const { bodies } = readConfig({}).http;
const megabyte = 1_000_000;
/** More than the buffers of both ends of a connection on loopback. */
const answer = Buffer.alloc(64 * megabyte, 'x');

async function startApi(app: Express, { minBytesPerSecond = 1000, windowMs = 200 } = {}): Promise<number> {
  const logger = pino({ level: 'silent' });
  const answers = { minBytesPerSecond, windowMs };
  const api = await serveApi(app, { host: '127.0.0.1', port: 0, logger, bodies, answers });
  onTestFinished(() => api.stop(0));
  return Number(new URL(api.url).port);
}

/** Asks, and reads no byte of the answer but what `read` takes out of the socket. */
function ask(port: number, path: string, onRead = (): boolean => false): Socket {
  const socket = connect({ port, host: '127.0.0.1', onread: { buffer: Buffer.alloc(1), callback: onRead } });
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => undefined).write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
  return socket;
}

function slowApp() {
  const closed = Promise.withResolvers<'read' | 'cut off'>();
  let source: Readable | undefined;
  const app = express();
  app.use((_request, response, next) => {
    response.once('close', () => closed.resolve(response.writableFinished ? 'read' : 'cut off'));
    next();
  });
  app.get('/whole', (_request, response) => void response.send(answer));
  app.get('/stream', async (_request, response) => {
    source = Readable.from(Array.from({ length: 1024 }, (_, index) => answer.subarray(0, 65_536 - index)));
    await pipeline(source, response).catch(() => undefined);
  });
  return { app, closed: closed.promise, source: () => source };
}

test('who reads nothing of an answer is cut off', async () => {
  const { app, closed } = slowApp();

  ask(await startApi(app), '/whole');

  expect(await closed).toBe('cut off');
});

test('who reads nothing of what is streamed is cut off, and the source let go', async () => {
  const { app, closed, source } = slowApp();

  ask(await startApi(app), '/stream');

  expect(await closed).toBe('cut off');
  expect(source()?.destroyed).toBe(true);
});

test.each(['/whole', '/stream'])('who reads %s byte by byte is cut off', async (path) => {
  const { app, closed } = slowApp();
  const socket = ask(await startApi(app), path);
  const drip = setInterval(() => socket.resume(), 20);
  onTestFinished(() => clearInterval(drip));

  expect(await closed).toBe('cut off');
});

test.each(['/whole', '/stream'])('who reads %s slowly, but not too slowly, gets all of it', async (path) => {
  const { app, closed } = slowApp();
  const response = await fetch(`http://127.0.0.1:${await startApi(app, { windowMs: 1000 })}${path}`);
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    if (Math.floor(bytes / megabyte) % 2 === 0) await delay(1);
    bytes += chunk.length;
  }

  expect(bytes).toBeGreaterThan(30 * megabyte);
  expect(await closed).toBe('read');
});

test('time that the client waits for us does not count', async () => {
  const app = express();
  app.get('/', async (_request, response) => {
    for (let count = 0; count < 6; count++) {
      response.write('x');
      await delay(150);
    }
    response.end('end');
  });

  const response = await fetch(`http://127.0.0.1:${await startApi(app)}/`);

  expect(await response.text()).toBe('xxxxxxend');
});

test('without a least rate a client may take its time', async () => {
  const { app } = slowApp();
  const socket = ask(await startApi(app, { minBytesPerSecond: 0 }), '/whole');

  const first = await Promise.race([once(socket, 'close'), delay(1000, 'open')]);

  expect(first).toBe('open');
});
