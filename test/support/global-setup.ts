import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startDevServer } from '../../src/temporal/dev-server.ts';
import { searchAttributes } from '../../src/temporal/register-search-attributes.ts';
import { loadWorkflowBundle } from '../../src/startup/workflow-code.ts';
import { ensureTool } from '../../tools/ensure-tool.ts';
import { freePort, onFreePorts } from './free-ports.ts';
import { freeSeaweedFsPorts, hasMinio, type S3Address, startMinio, startSeaweedFs } from './servers.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** `host:port` of a Temporal server with our search attributes. */
    temporalAddress: string;
    /** An S3 server: SeaweedFS, or the one of TEST_S3_ENDPOINT. */
    s3: S3Address;
    /** MinIO, where it is installed or TEST_MINIO=1 asks for it. */
    minio: S3Address | undefined;
  }
}

/** Something of ours that runs, and ends with the test run. */
interface Running {
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts the servers that the tests share, once for all of them, and returns what stops them. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'pigeonhole-test-'));
  const running: Running[] = [];
  // The last resort when vitest is ended in a hurry: servers have process groups of their own and would stay.
  const killAll = (): void => {
    running.forEach(({ pid }) => killIfAlive(pid));
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', killAll);

  const stop = async (): Promise<void> => {
    await Promise.all(running.map((server) => server.stop()));
    process.off('exit', killAll);
    await rm(folder, { recursive: true, force: true });
  };
  const [temporalAddress, s3, minio] = await settled([
    provideTemporal(folder, running),
    provideS3(join(folder, 'seaweedfs'), running),
    provideMinio(join(folder, 'minio'), running),
    // For all files and all processes that they start; each would make it for itself.
    loadWorkflowBundle(),
  ]).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  project.provide('temporalAddress', temporalAddress);
  project.provide('s3', s3);
  project.provide('minio', minio);
  return stop;
}

async function provideTemporal(folder: string, running: Running[]): Promise<string> {
  const given = process.env['TEST_TEMPORAL_ADDRESS'];
  if (given) return given;
  const executable = await ensureTool('temporal', { onProgress: (line) => console.error(line) });
  const logFile = join(folder, 'temporal.log');
  const server = await onFreePorts(async () =>
    startDevServer({ executable, port: await freePort(), logFile, searchAttributes }),
  );
  running.push(server);
  return server.address;
}

async function provideS3(folder: string, running: Running[]): Promise<S3Address> {
  const { TEST_S3_ENDPOINT, TEST_S3_ACCESS_KEY, TEST_S3_SECRET_KEY, TEST_S3_REGION } = process.env;
  if (TEST_S3_ENDPOINT) {
    if (!TEST_S3_ACCESS_KEY || !TEST_S3_SECRET_KEY) {
      throw new Error('TEST_S3_ENDPOINT is set: set TEST_S3_ACCESS_KEY and TEST_S3_SECRET_KEY as well');
    }
    return {
      endpoint: TEST_S3_ENDPOINT,
      accessKey: TEST_S3_ACCESS_KEY,
      secretKey: TEST_S3_SECRET_KEY,
      region: TEST_S3_REGION ?? 'us-east-1',
    };
  }
  const server = await onFreePorts(async () => startSeaweedFs(folder, await freeSeaweedFsPorts()));
  running.push(server);
  return server.address;
}

async function provideMinio(folder: string, running: Running[]): Promise<S3Address | undefined> {
  if (process.env['TEST_MINIO'] !== '1' && !(await hasMinio())) return undefined;
  const server = await onFreePorts(async () => startMinio(folder, await freePort()));
  running.push(server);
  return server.address;
}

/** As Promise.all, but waits for all of them before it fails: each that succeeded must be stoppable by then. */
async function settled<const T extends readonly Promise<unknown>[]>(
  promises: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
