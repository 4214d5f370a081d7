import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import express, { type RequestHandler } from 'express';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { withRequestContext } from '../../../src/http/shared/request-context.ts';

const lineSchema = z.looseObject({ level: z.number(), msg: z.string(), status: z.number() });
type Line = z.infer<typeof lineSchema>;

const infoLevel = 30;

/** An application that logs its requests; `nextLine` is what it says of the next one. */
async function start(handler: RequestHandler): Promise<{ readonly port: number; readonly nextLine: Promise<Line> }> {
  const { promise: nextLine, resolve } = Promise.withResolvers<Line>();
  const logger = pino({}, { write: (line: string) => resolve(lineSchema.parse(JSON.parse(line))) });
  const server = express().use(withRequestContext(logger)).use(handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: addressOf(server.address()).port, nextLine };
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address;
}

const halfUpload = 'POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nhalf of it';

describe('the log', () => {
  test('has the status of an answer that went out', async () => {
    const { port, nextLine } = await start((_request, response) => void response.status(202).end('taken'));

    await fetch(`http://127.0.0.1:${port}/upload`, { method: 'POST' });

    expect(await nextLine).toMatchObject({ level: infoLevel, status: 202, msg: 'request answered' });
    expect(await nextLine).not.toHaveProperty('aborted');
  });

  test('tells of what was read at debug, unless it failed', async () => {
    const { port, nextLine } = await start((request, response) => {
      response.status(request.path === '/missing' ? 404 : 200).end();
    });

    await fetch(`http://127.0.0.1:${port}/there`);
    await fetch(`http://127.0.0.1:${port}/missing`);

    expect(await nextLine).toMatchObject({ level: infoLevel, status: 404, path: '/missing' });
  });

  test('has no 200 for an upload that the client gave up', async () => {
    const { promise: begun, resolve } = Promise.withResolvers<void>();
    const { port, nextLine } = await start((request) => void request.once('data', () => resolve()));
    const socket = connect(port, '127.0.0.1');
    socket.write(halfUpload);
    await begun;

    socket.destroy();

    expect(await nextLine).toMatchObject({ level: infoLevel, status: 499, aborted: true, msg: 'request aborted' });
  });

  test('has the status of an answer that the client did not read to its end', async () => {
    const { port, nextLine } = await start((_request, response) => void response.status(206).write('the first half'));
    const socket = connect(port, '127.0.0.1');
    socket.write('GET /page HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(socket, 'data');

    socket.destroy();

    expect(await nextLine).toMatchObject({ level: infoLevel, status: 206, aborted: true });
  });
});
