import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import express from 'express';
import { pino, type Logger } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../../../src/config/config.ts';
import { answerUnreadable } from '../../../src/http/shared/unreadable-request.ts';
import { serveApi } from '../../../src/startup/serve-api.ts';
import { problemOf } from '../../support/problem.ts';

const silent = pino({ level: 'silent' });

async function startApi(logger: Logger = silent): Promise<number> {
  const app = express();
  app.get('/', (request, response) => void response.json({ expect: request.get('expect') ?? null }));
  app.post('/begun', (_request, response) => void response.write('the first half '));
  app.post('/waiting', () => undefined);
  app.post('/refused', (_request, response) => void response.status(415).end('refused'));
  const api = await serveApi(app, { ...readConfig({}).http, host: '127.0.0.1', port: 0, logger });
  onTestFinished(() => api.stop(0));
  return Number(new URL(api.url).port);
}

/** Sends bytes as they are, and reads until the server closes the connection. */
async function answerTo(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  socket.write(bytes);
  return text(socket);
}

/** The last answer of a connection, as fetch would give it. */
function responseOf(raw: string): Response {
  const [head = '', body = ''] = raw.split('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  return new Response(body, { status: Number(statusLine.split(' ')[1]), headers });
}

describe('a request that is no HTTP is answered with problem details, and the connection closed:', () => {
  test.each([
    ['another protocol', '\x16\x03\x01\x02\x00\x01\x00', 400, 'invalid_request'],
    ['a broken request line', 'GET\r\n\r\n', 400, 'invalid_request'],
    ['a header without a name', 'GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n', 400, 'invalid_request'],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx',
      400,
      'invalid_request',
    ],
    ['a request to be a proxy', 'CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n', 400, 'invalid_request'],
    ['headers of 40 KB', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`, 431, 'headers_too_large'],
    ['headers of 2 MB', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(2_000_000)}\r\n\r\n`, 431, 'headers_too_large'],
    [
      'a body whose chunks are none',
      'POST /waiting HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      400,
      'invalid_request',
    ],
  ])('%s', async (_, bytes, status, code) => {
    const response = responseOf(await answerTo(await startApi(), bytes));

    expect(await problemOf(response)).toMatchObject({ status, code });
    expect(response.headers.get('connection')).toBe('close');
  });

  test('not in the middle of another answer, which only ends', async () => {
    const bytes = 'POST /begun HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\nzz\r\n';

    const answer = await answerTo(await startApi(), bytes);

    expect(answer).not.toContain('problem+json');
  });

  test('not where the request was answered already, whose body the client then breaks off', async () => {
    const lines: string[] = [];
    const socket = connect(await startApi(pino({}, { write: (line: string) => void lines.push(line) })), '127.0.0.1');
    const answer = text(socket.on('error', () => undefined));
    socket.end('POST /refused HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nhalf of it');

    expect((await answer).match(/^HTTP/gm)).toHaveLength(1);
    expect(lines.filter((line) => line.includes('could not be read'))).toEqual([]);
  });

  test('a request that does not come to its end', async () => {
    const server: Server = createServer({ headersTimeout: 100, requestTimeout: 200, connectionsCheckingInterval: 20 });
    answerUnreadable(server, silent);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;

    const response = responseOf(await answerTo(port ?? 0, 'GET / HTTP/1.1\r\nHost: a\r\n'));

    expect(await problemOf(response)).toMatchObject({ status: 408, code: 'request_timeout' });
  });
});

test('an expectation that nobody knows is no reason to refuse a request', async () => {
  const answer = await answerTo(
    await startApi(),
    'GET / HTTP/1.1\r\nHost: a\r\nExpect: the-unexpected\r\nConnection: close\r\n\r\n',
  );

  expect(responseOf(answer).status).toBe(200);
});
