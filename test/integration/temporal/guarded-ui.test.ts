import { createServer } from 'node:net';
import { once } from 'node:events';
import { request } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { commandLineOf } from '../../../src/temporal/dev-server-pid-file.ts';
import { type DevServer, startDevServer } from '../../../src/temporal/dev-server.ts';
import { type GuardedUi, serveGuardedUi } from '../../../src/temporal/guarded-ui.ts';
import { ensureTool } from '../../../tools/ensure-tool.ts';
import { freePort, freePorts } from '../../support/free-ports.ts';

let folder: string;
let server: DevServer;
let ui: GuardedUi;
let port: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'guarded-ui-'));
  const [serverPort = 0, uiPort = 0] = await freePorts(2);
  port = uiPort;
  server = await startDevServer({
    executable: await ensureTool('temporal'),
    port: serverPort,
    databaseFile: join(folder, 'temporal.db'),
    logFile: join(folder, 'temporal.log'),
    searchAttributes: [],
    hidden: ['ui', 'http'],
  });
  ui = await serveGuardedUi({
    host: '127.0.0.1',
    port,
    hostNames: ['ui.example.com', 'localhost:9000'],
    target: () => (server.uiPort === undefined ? undefined : { host: '127.0.0.1', port: server.uiPort }),
  });
  // It meets Temporal a moment after its own start.
  await vi.waitFor(
    async () => {
      if ((await ask({})).status !== 200) throw new Error('it does not answer yet');
    },
    { timeout: 20_000 },
  );
}, 60_000);
afterAll(async () => {
  await ui.stop();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const namespacesPath = '/api/v1/namespaces';
const startPath = '/api/v1/namespaces/default/workflows/a-run';
const run = JSON.stringify({ workflowType: { name: 'classifyDocument' }, taskQueue: { name: 'none' } });

interface Asked {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly toPort?: number;
}

/** A request with whatever headers, as a browser would send it for a page. */
async function ask({ path = namespacesPath, method = 'GET', headers = {}, toPort = port }: Asked) {
  const sent = request({ host: '127.0.0.1', port: toPort, path, method, headers });
  sent.end(method === 'POST' ? run : undefined);
  const [answer] = await once(sent, 'response');
  return { status: answer.statusCode, headers: answer.headers, body: await text(answer) };
}

/** The port of a flag on the server's own command line. */
async function portOf(flag: string): Promise<number> {
  const commandLine = (await commandLineOf(server.pid)) ?? '';
  return Number(
    commandLine
      .split(' ')
      .find((part) => part.startsWith(`--${flag}=`))
      ?.slice(flag.length + 3),
  );
}

describe("Temporal's UI", () => {
  test.each([`localhost`, '127.0.0.1', '[::1]', 'ui.example.com'])('answers its operator at %s', async (name) => {
    const headers = { host: `${name}:${port}`, origin: `http://${name}:${port}`, 'sec-fetch-site': 'same-origin' };

    expect(await ask({ headers })).toMatchObject({ status: 200, body: expect.stringContaining('namespaceInfo') });
    expect(await ask({ path: '/', headers })).toMatchObject({ status: 200, body: expect.stringMatching(/<html/) });
  });

  test.each([
    ['GET', namespacesPath],
    ['GET', '/'],
    ['POST', startPath],
  ])('gives a page that rebinds its name nothing, no token either: %s %s', async (method, path) => {
    const host = `rebound.example:${port}`;
    const answer = await ask({ method, path, headers: { host, origin: `http://${host}` } });

    expect(answer).toMatchObject({ status: 403, body: expect.stringContaining('TEMPORAL_UI_HOSTS') });
    expect(answer.headers).not.toHaveProperty('set-cookie');
  });

  test.each([
    ['with its origin', { origin: 'https://elsewhere.example' }],
    ['with an origin that it hides', { origin: 'null' }],
    ['of the same machine, with its origin', { origin: 'http://localhost:3000' }],
    ['of the same machine over TLS', { origin: 'https://localhost' }],
    ['of the same machine, as for an image', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' }],
    [
      'of the same machine, by a link in a frame',
      { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
    ],
    ['without one, as for an image', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
    ['in a frame', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }],
  ])('refuses another site that calls it by its right name, %s', async (_how, headers) => {
    const host = `localhost:${port}`;

    expect(await ask({ headers: { host, ...headers } })).toMatchObject({ status: 403 });
    expect(await ask({ method: 'POST', path: startPath, headers: { host, ...headers } })).toMatchObject({
      status: 403,
    });
  });

  test.each(['localhost', 'localhost:3000', '127.0.0.1:80', '[::1]:3000', 'ui.example.com:3000'])(
    'answers nobody who calls it by another port: %s',
    async (host) => {
      expect(await ask({ headers: { host } })).toMatchObject({ status: 403 });
      expect(await ask({ headers: { host, origin: `http://${host}` } })).toMatchObject({ status: 403 });
    },
  );

  test.each([
    ['ui.example.com', 'https://ui.example.com'],
    ['ui.example.com', 'http://ui.example.com'],
    ['localhost:9000', 'http://localhost:9000'],
  ])('answers a reverse proxy or a tunnel that its operator names: %s, %s', async (host, origin) => {
    expect(await ask({ headers: { host, origin, 'sec-fetch-site': 'same-origin' } })).toMatchObject({ status: 200 });
    expect(await ask({ headers: { host, origin: 'http://localhost:3000' } })).toMatchObject({ status: 403 });
  });

  test('may be opened by a link on any page, as nobody but its reader sees it then', async () => {
    const followed = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

    expect(await ask({ path: '/', headers: { host: `localhost:${port}`, ...followed } })).toMatchObject({
      status: 200,
    });
  });

  test('has its own server on a port that no browser opens, under whatever name', async () => {
    const hidden = await portOf('ui-port');

    expect(hidden).toBe(server.uiPort);
    // Node's fetch refuses the ports that the Fetch standard tells browsers to refuse; without that rule there is an
    // answer.
    await expect(fetch(`http://127.0.0.1:${hidden}/`)).rejects.toMatchObject({ cause: { message: 'bad port' } });
    expect(await ask({ toPort: hidden })).toMatchObject({ status: 200 });
  });

  test('says so while its server is away', async () => {
    const away = await serveGuardedUi({
      host: '127.0.0.1',
      port: await freePort(),
      hostNames: [],
      target: () => ({ host: '127.0.0.1', port: 1 }),
    });
    onTestFinished(() => away.stop());

    expect(await ask({ toPort: Number(new URL(away.url).port) })).toMatchObject({ status: 502 });
  });

  test('is refused in one sentence with the setting when its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const address = other.address();
    const taken = typeof address === 'object' ? (address?.port ?? 0) : 0;

    await expect(
      serveGuardedUi({ host: '127.0.0.1', port: taken, hostNames: [], target: () => undefined }),
    ).rejects.toThrow(`TEMPORAL_UI_PORT: port ${taken} is taken by another program; set it to a free port`);
  });
});

describe("Temporal's HTTP API, which nothing of ours uses", () => {
  test.each(['localhost', '127.0.0.1', 'rebound.example'])('answers nobody who calls it %s', async (name) => {
    const toPort = await portOf('http-port');
    const headers = { host: `${name}:${toPort}`, 'content-type': 'text/plain' };

    expect(await ask({ toPort, headers })).toMatchObject({ status: 403 });
    expect(await ask({ toPort, method: 'POST', path: startPath, headers })).toMatchObject({ status: 403 });
    await expect(fetch(`http://127.0.0.1:${toPort}/`)).rejects.toMatchObject({ cause: { message: 'bad port' } });
  });
});
