import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startService, type TestService } from '../../support/service.ts';

let service: TestService;

beforeAll(async () => {
  service = await startService({
    API_KEYS: 'acme:key-of-acme,busy:key-of-busy',
    REFUSED_BODY_SECONDS: '1',
    RATE_LIMIT_PER_MINUTE: '100',
    MAX_FILE_MB: '1',
  });
});
afterAll(() => service[Symbol.asyncDispose]());

/** Sends a head and then a byte now and then, until the server ends the connection; all that it said. */
async function dripOf(requestLine: string, headers: Readonly<Record<string, string>>): Promise<string> {
  const { hostname, port } = new URL(service.url);
  const socket = connect(Number(port), hostname).on('error', () => undefined);
  const all = { host: 'localhost', 'content-length': '500000', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  socket.write([`${requestLine} HTTP/1.1`, ...lines, '', ''].join('\r\n'));
  const dripping = setInterval(() => socket.write('x'), 50);
  socket.once('close', () => clearInterval(dripping));
  return text(socket);
}

const key = { 'api-key': 'key-of-acme' };
const form = { 'content-type': 'multipart/form-data; boundary=x' };
const json = { 'content-type': 'application/json' };

describe.concurrent('whoever drips on behind an answer is cut off', () => {
  test.each([
    ['without a key', 'POST /classify', form, 401],
    ['without a key, as JSON', 'POST /classify_runs', json, 401],
    ['at a path that is none', 'POST /nowhere', { ...key, ...json }, 404],
    ['by a method that is none', 'PUT /classify', { ...key, ...json }, 405],
    ['at a probe', 'POST /livez', json, 405],
    [
      'with a body that is announced as too large',
      'POST /classify',
      { ...key, ...form, 'content-length': '900000000' },
      413,
    ],
    [
      "with JSON that is announced as too large, a 400 in Extend's contract",
      'POST /classify_runs',
      { ...key, ...json, 'content-length': '900000000' },
      400,
    ],
    [
      'in an encoding that is none',
      'POST /classify',
      { ...key, 'content-type': 'application/x-www-form-urlencoded', 'content-encoding': 'lzma' },
      415,
    ],
    [
      'with a form that is announced as too large',
      'POST /classify',
      { ...key, 'content-type': 'application/x-www-form-urlencoded', 'content-length': '9000000' },
      413,
    ],
    ['with a body to a GET', 'GET /version', json, 200],
  ])('%s', async (_what, requestLine, headers, status) => {
    expect(await dripOf(requestLine, headers)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });
});

test('so is who asks too often', async () => {
  const headers = { 'api-key': 'key-of-busy' };
  for (let count = 0; count < 100; count++) await (await fetch(`${service.url}/classify/none`, { headers })).text();

  expect(await dripOf('POST /classify', { ...headers, ...form })).toMatch(/^HTTP\/1.1 429 /);
});

test('a body that has no announced length is refused as soon as it is too large', async () => {
  const endless = new ReadableStream({
    pull(controller) {
      controller.enqueue(new Uint8Array(65_536).fill(0x20));
    },
  });
  const headers = { ...key, ...json };

  const response = await fetch(`${service.url}/classify_runs`, {
    method: 'POST',
    headers,
    body: endless,
    duplex: 'half',
  });

  expect(response.status).toBe(400);
  expect(await response.text()).toContain('The request body is too large; at most 16777216 bytes are read');
});
