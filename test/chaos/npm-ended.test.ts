import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../support/free-ports.ts';
import { createNamespace, temporalSettings, type TestNamespace } from '../support/namespace.ts';
import { descendantsOf, survivorsOf } from './process-tree.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
let directory: string;
let namespace: TestNamespace;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pigeonhole-npm-'));
  namespace = await createNamespace();
});
afterAll(async () => {
  await namespace[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

async function isAlive(url: string): Promise<boolean> {
  return fetch(`${url}/livez`).then(
    ({ ok }) => ok,
    () => false,
  );
}

test('what npm runs stops when npm is told to end, although its shell passes no signal on', async () => {
  const port = await freePort();
  const npm = spawn('npm', ['run', 'api'], {
    cwd: root,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      DATA_DIR: directory,
      PORT: String(port),
      ...temporalSettings(namespace),
    },
    stdio: 'ignore',
  });
  await once(npm, 'spawn');
  await expect.poll(() => isAlive(`http://127.0.0.1:${port}`), { timeout: 50_000 }).toBe(true);
  const processes = await descendantsOf(npm.pid ?? 0);

  npm.kill('SIGTERM');

  await expect.poll(() => survivorsOf(processes), { timeout: 20_000 }).toEqual([]);
});
