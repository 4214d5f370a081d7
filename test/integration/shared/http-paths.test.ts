import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorBodySchema } from '../../../src/http/extend/error-schemas.ts';
import { problemOf } from '../../support/problem.ts';
import { startService, type TestService } from '../../support/service.ts';

const key = 'correct-horse';
const headers = { 'api-key': key };
let service: TestService;

beforeAll(async () => {
  service = await startService({ API_KEYS: `acme:${key},globex:battery-staple`, MAX_FILE_MB: '1' });
});
afterAll(() => service[Symbol.asyncDispose]());

describe('every path', () => {
  test.each([
    ['GET', '/nowhere', 404],
    ['GET', '/classify/47c536aa-9fab-48ca-b27c-2fd74d30490a', 404],
    ['GET', '/classify/%00', 404],
    ['GET', '/classify/%E0%A4%A', 400],
    ['GET', `/classify/${'x'.repeat(2000)}`, 404],
    ['PUT', '/classify', 405],
    ['DELETE', '/classify/x/cancel', 405],
    ['POST', '/livez', 405],
    ['GET', '/classify/x?include=everything', 400],
  ])('%s %s answers %d in JSON', async (method, path, status) => {
    const response = await fetch(`${service.url}${path}`, { method, headers });

    expect((await problemOf(response)).status).toBe(status);
    expect(response.headers.has('allow')).toBe(status === 405);
  });

  test.each([
    ['/classify', 'GET, HEAD, POST, OPTIONS'],
    ['/v1/classify', 'GET, HEAD, POST, OPTIONS'],
    ['/classify/x', 'GET, HEAD, DELETE, OPTIONS'],
    ['/classify/x/cancel', 'POST, OPTIONS'],
    ['/classify/x/deliveries', 'GET, HEAD, POST, OPTIONS'],
    ['/webhook_secret', 'GET, HEAD, OPTIONS'],
    ['/classify_runs', 'POST, GET, HEAD, OPTIONS'],
    ['/classify_runs/batch', 'POST, OPTIONS'],
    ['/classify_runs/clr_x', 'GET, HEAD, DELETE, OPTIONS'],
    ['/files/upload', 'POST, OPTIONS'],
    ['/webhook_endpoints/wh_x', 'GET, HEAD, POST, DELETE, OPTIONS'],
    ['/livez', 'GET, HEAD, OPTIONS'],
    ['/healthz', 'GET, HEAD, OPTIONS'],
    ['/openapi.json', 'GET, HEAD, OPTIONS'],
    ['/docs', 'GET, HEAD, OPTIONS'],
  ])('OPTIONS %s answers 204 with what is allowed: %s', async (path, allow) => {
    const response = await fetch(`${service.url}${path}`, { method: 'OPTIONS', headers });

    expect(response.status).toBe(204);
    expect(response.headers.get('allow')).toBe(allow);
    expect(response.headers.has('content-type')).toBe(false);
    expect(await response.text()).toBe('');
  });

  test('OPTIONS of a path that there is not answers 404 as everything else does, in both contracts', async () => {
    const problem = await problemOf(await fetch(`${service.url}/classify/x/nowhere`, { method: 'OPTIONS', headers }));
    const extend = await fetch(`${service.url}/files/x/nowhere`, { method: 'OPTIONS', headers });

    expect(problem).toMatchObject({ status: 404, detail: 'No such path: OPTIONS /classify/x/nowhere' });
    expect(extend.status).toBe(404);
    expect(errorBodySchema.parse(await extend.json())).toMatchObject({
      code: 'NOT_FOUND',
      message: 'No such path: OPTIONS /files/x/nowhere',
    });
  });

  test('a method that a path does not have is told those that it has', async () => {
    const response = await fetch(`${service.url}/classify`, { method: 'PUT', headers });

    expect(response.headers.get('allow')).toBe('GET, HEAD, POST, OPTIONS');
    expect((await problemOf(response)).detail).toBe('PUT is not allowed here; use GET or POST');
  });

  test('says "Job not found" for a job that is not there', async () => {
    const response = await fetch(`${service.url}/classify/47c536aa-9fab-48ca-b27c-2fd74d30490a`, { headers });

    expect((await problemOf(response)).detail).toBe('Job not found');
  });

  test.each<[string, Record<string, string>]>([
    ['no key', {}],
    ['a wrong key', { 'api-key': 'wrong' }],
    ['an empty key', { 'api-key': '' }],
  ])('wants a key: %s', async (_, given) => {
    const response = await fetch(`${service.url}/classify/x`, { headers: given });

    expect(await problemOf(response)).toMatchObject({ status: 401, code: 'unauthorized' });
  });

  test.each<[string, Record<string, string>]>([
    ['X-API-Key', { 'X-API-Key': key }],
    ['Authorization: Bearer', { Authorization: `Bearer ${key}` }],
  ])('takes the key in %s', async (_, given) => {
    expect((await fetch(`${service.url}/classify/x`, { headers: given })).status).toBe(404);
  });

  test('keeps a request id that is harmless and replaces one that is not', async () => {
    const kept = await fetch(`${service.url}/livez`, { headers: { 'x-request-id': 'trace-7' } });
    const replaced = await fetch(`${service.url}/livez`, { headers: { 'x-request-id': 'a b"c' } });

    expect(kept.headers.get('x-request-id')).toBe('trace-7');
    expect(replaced.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('health', () => {
  test('is told without a key, by dependency', async () => {
    const live = await fetch(`${service.url}/livez`);
    const ready = await fetch(`${service.url}/readyz`);
    const version = await fetch(`${service.url}/version`);

    expect(await live.json()).toEqual({ status: 'ok' });
    expect(await ready.json()).toEqual({ status: 'ok', dependencies: { temporal: 'ok', store: 'ok' } });
    expect(await version.json()).toMatchObject({ name: 'pigeonhole', version: '0.1.0' });
  });

  test('of errors is explained where every problem points', async () => {
    const problem = await problemOf(await fetch(`${service.url}/nowhere`, { headers }));
    const page = await fetch(`${service.url}${problem.type}`);

    expect(page.status).toBe(200);
    expect(await page.text()).toContain(problem.code);
  });

  test('answers HEAD', async () => {
    expect((await fetch(`${service.url}/readyz`, { method: 'HEAD' })).status).toBe(200);
  });
});

describe('a client that misbehaves', () => {
  test('and goes away in mid upload leaves nothing behind', async () => {
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname);
    socket.write(
      `POST /classify HTTP/1.1\r\nHost: ${hostname}\r\napi-key: ${key}\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 100000\r\n\r\n`,
    );
    socket.write(
      '--x\r\nContent-Disposition: form-data; name="pdf_file"; filename="a.pdf"\r\n\r\n%PDF-1.4 half a document',
    );
    socket.destroySoon();

    expect((await fetch(`${service.url}/livez`)).status).toBe(200);
  });

  test('and names no host is told so', async () => {
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname);
    socket.write('GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n');

    const answer = await text(socket);

    expect(answer).toMatch(/^HTTP\/1.1 400 Bad Request/);
    expect(answer).toContain('"detail":"The request has no header Host."');
  });

  test('and speaks no HTTP gets an end of the connection, and the server lives on', async () => {
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname);
    socket.end('what is this\r\n\r\n');

    expect(await text(socket)).toMatch(/^HTTP\/1.1 400 Bad Request[^]*application\/problem\+json/);
    expect((await fetch(`${service.url}/livez`)).status).toBe(200);
  });
});

describe('/docs', () => {
  test('is a page that loads nothing from elsewhere, and whose parts are all there, without a key', async () => {
    const page = await fetch(`${service.url}/docs`);
    const html = await page.text();
    const parts = Array.from(html.matchAll(/(?:src|href)="(\/[^"]+)"/g), ([, path]) => path);
    const answers = await Promise.all(parts.map((path) => fetch(`${service.url}${path}`)));

    expect(html).not.toMatch(/https?:|"\/\//);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.headers.get('content-security-policy')).not.toMatch(/unsafe|https?:/);
    expect(parts).toEqual(expect.arrayContaining(['/openapi.json', '/docs/assets/swagger-ui-bundle.js']));
    expect(answers.map(({ status }) => status)).toEqual(parts.map(() => 200));
  });

  test('serves no other file of the package', async () => {
    const answer = await fetch(`${service.url}/docs/assets/package.json`, { headers });

    expect(answer.status).toBe(404);
  });
});
