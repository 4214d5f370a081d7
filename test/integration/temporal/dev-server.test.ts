import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { ConfigError } from '../../../src/config/config-error.ts';
import { commandLineOf } from '../../../src/temporal/dev-server-pid-file.ts';
import { type DevServer, type DevServerOptions, startDevServer } from '../../../src/temporal/dev-server.ts';
import { superviseDevServer } from '../../../src/temporal/supervise-dev-server.ts';
import { ensureTool } from '../../../tools/ensure-tool.ts';
import { freePort } from '../../support/free-ports.ts';

let folder: string;
let options: DevServerOptions & { readonly databaseFile: string };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dev-server-'));
  options = {
    executable: await ensureTool('temporal'),
    port: await freePort(),
    databaseFile: join(folder, 'temporal.db'),
    logFile: join(folder, 'temporal.log'),
    searchAttributes: [],
  };
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function start(given: DevServerOptions): Promise<DevServer> {
  const server = await startDevServer(given);
  onTestFinished(() => server.stop());
  return server;
}

/** The start must be refused; the sentence that says why. */
async function refusal(given: DevServerOptions): Promise<string> {
  const error: unknown = await start(given).catch((thrown: unknown) => thrown);
  if (!(error instanceof ConfigError)) throw new Error('it should have been refused', { cause: error });
  return error.message;
}

async function clientOf(address: string): Promise<Client> {
  const connection = await Connection.connect({ address });
  onTestFinished(() => connection.close());
  return new Client({ connection });
}

const startRun = (client: Client, workflowId: string): Promise<unknown> =>
  client.workflow.start('nobodyRunsThis', { workflowId, taskQueue: 'none' });

/** Occupies a port until the test ends. */
async function occupy(port: number): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
}

/** Another process of ours that owns a dev server; `kill` leaves the server alone in the world. */
async function startOwner(
  hidden: DevServerOptions['hidden'] = [],
): Promise<{ readonly serverPid: number; readonly kill: () => Promise<void> }> {
  const { executable, port, databaseFile, logFile } = options;
  const script = join(import.meta.dirname, '../../support/dev-server-owner.ts');
  const argument = JSON.stringify({ executable, port, databaseFile, logFile, hidden });
  const owner = spawn(process.execPath, [script, argument], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(owner, 'exit');
  onTestFinished(() => void owner.kill('SIGKILL'));
  const [line] = await once(owner.stdout, 'data');
  const kill = async (): Promise<void> => {
    owner.kill('SIGKILL');
    await exited;
  };
  return { serverPid: Number(String(line)), kill };
}

describe('a dev server with a database file', () => {
  test('comes back at its address with its runs when it is killed', async () => {
    const server = await superviseDevServer({ ...options, logger: pino({ level: 'silent' }) });
    onTestFinished(() => server.stop());
    const client = await clientOf(server.address);
    await startRun(client, 'before-the-kill');
    const killedPid = server.pid;

    process.kill(killedPid, 'SIGKILL');
    await vi.waitFor(() => expect(server.pid).not.toBe(killedPid), { timeout: 30_000, interval: 50 });

    const description = await client.workflow.getHandle('before-the-kill').describe();
    expect(description.status.name).toBe('RUNNING');
  });

  test('is gone with its pid file when it is stopped', async () => {
    const server = await startDevServer(options);
    expect(existsSync(`${options.databaseFile}.pid`)).toBe(true);

    await server.stop();

    expect(await commandLineOf(server.pid)).toBeUndefined();
    expect(existsSync(`${options.databaseFile}.pid`)).toBe(false);
  });

  test('gets search attributes that an earlier version of the database lacks, and the retention', async () => {
    await (await startDevServer({ ...options, searchAttributes: [{ name: 'Old', type: 'KEYWORD' }] })).stop();

    const added = { name: 'Added', type: 'DOUBLE' } as const;
    const server = await start({
      ...options,
      searchAttributes: [{ name: 'Old', type: 'KEYWORD' }, added],
      retentionDays: 30,
    });

    const client = await clientOf(server.address);
    await client.workflow.start('nobodyRunsThis', {
      workflowId: 'with-attribute',
      taskQueue: 'none',
      typedSearchAttributes: [{ key: added, value: 0.5 }],
    });
    await vi.waitFor(async () => expect((await client.workflow.count('Added > 0.4')).count).toBe(1), {
      timeout: 10_000,
    });
    const { config } = await client.workflowService.describeNamespace({ namespace: 'default' });
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 24 * 60 * 60);
  });
});

describe('a dev server whose process was killed and left it running', () => {
  test('is taken over by the next start, and stopped by it', async () => {
    const owner = await startOwner();
    await owner.kill();

    const server = await start(options);

    expect(server.isAdopted).toBe(true);
    expect(server.pid).toBe(owner.serverPid);
    await startRun(await clientOf(server.address), 'on-the-adopted');
    await server.stop();
    expect(await commandLineOf(server.pid)).toBeUndefined();
  });

  test('comes back when it is killed after it was taken over', async () => {
    const owner = await startOwner();
    await owner.kill();
    const server = await superviseDevServer({ ...options, logger: pino({ level: 'silent' }) });
    onTestFinished(() => server.stop());
    expect(server.pid).toBe(owner.serverPid);

    process.kill(owner.serverPid, 'SIGKILL');

    await vi.waitFor(() => expect(server.pid).not.toBe(owner.serverPid), { timeout: 30_000, interval: 50 });
    await startRun(await clientOf(server.address), 'on-the-new-one');
  });

  test('keeps the hidden ports that it has', async () => {
    const hidden = ['ui', 'http'] as const;
    const owner = await startOwner(hidden);
    const commandLine = await commandLineOf(owner.serverPid);
    await owner.kill();

    const server = await start({ ...options, hidden });

    expect(server).toMatchObject({ isAdopted: true, pid: owner.serverPid });
    expect(commandLine).toContain(` --ui-port=${server.uiPort} `);
  });

  test('gives way to a new one on the same database when the settings differ', async () => {
    const owner = await startOwner();
    const before = await clientOf(`127.0.0.1:${options.port}`);
    await startRun(before, 'on-the-old-port');
    await owner.kill();

    const server = await start({ ...options, port: await freePort() });

    expect(server.isAdopted).toBe(false);
    expect(await commandLineOf(owner.serverPid)).toBeUndefined();
    const client = await clientOf(server.address);
    expect((await client.workflow.getHandle('on-the-old-port').describe()).status.name).toBe('RUNNING');
  });

  test('is not touched while its process is alive', async () => {
    const owner = await startOwner();

    expect(await refusal(options)).toMatch(/^DATA_DIR: the database .* is in use by process \d+; stop that one/);
    expect(await commandLineOf(owner.serverPid)).toContain('start-dev');

    await owner.kill();
    await start(options);
  });
});

describe('a start that cannot succeed says so in one sentence with the setting', () => {
  test('when the port is taken', async () => {
    await occupy(options.port);

    expect(await refusal(options)).toBe(
      `TEMPORAL_PORT: port ${options.port} is taken by another program; set it to a free port`,
    );
  });

  test('when the folder of the database cannot be written', async () => {
    const file = join(folder, 'a-file');
    await writeFile(file, '');

    expect(await refusal({ ...options, databaseFile: join(file, 'temporal.db') })).toBe(
      `DATA_DIR: the folder ${file} cannot be written; set one that can`,
    );
  });

  test('when the executable is none', async () => {
    expect(await refusal({ ...options, executable: join(folder, 'nothing') })).toMatch(
      /^TEMPORAL_BIN: .*nothing cannot be started/,
    );
  });

  test('when the server ends, with its last words', async () => {
    const executable = join(folder, 'broken');
    await writeFile(executable, '#!/bin/sh\necho "disk is full" >&2\nexit 3\n', { mode: 0o755 });

    expect(await refusal({ ...options, executable })).toMatch(/ended while it started \(exit code 3\): "disk is full"/);
  });

  test('when the server does not answer in time, and leaves no process behind', async () => {
    const executable = join(folder, 'mute');
    await writeFile(executable, '#!/bin/sh\necho $$\nexec sleep 600\n', { mode: 0o755 });

    const message = await refusal({ ...options, executable, startTimeoutMs: 300 });

    expect(message).toMatch(/^TEMPORAL_PORT: the Temporal dev server did not answer on .* within 0.3 s/);
    expect(existsSync(`${options.databaseFile}.pid`)).toBe(false);
  });
});
