import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { checkAnswersOf } from '../support/answer-checks.ts';
import { freePorts } from '../support/free-ports.ts';
import { startProcess, type TestProcess } from '../support/process.ts';

/** `npm start` on a data folder and ports of its own, which stay the same from start to start. */
export interface Standalone extends AsyncDisposable {
  readonly url: string;
  readonly directory: string;
  /** Resolves when it says that it is ready. */
  start(): Promise<TestProcess>;
  /** The Temporal server of the moment. */
  temporalPid(): Promise<number>;
}

const pidFileSchema = z.object({ pid: z.number() });

export async function createStandalone(
  settings: Readonly<Record<string, string>>,
  nodeFlags: readonly string[] = [],
): Promise<Standalone> {
  const directory = await mkdtemp(join(tmpdir(), 'pigeonhole-standalone-'));
  // A folder that has held documents: else the first start would add a job of its own.
  await mkdir(join(directory, 'objects'));
  const [port, temporalPort, uiPort] = await freePorts(3);
  const running = new Set<TestProcess>();

  async function temporalPid(): Promise<number> {
    return pidFileSchema.parse(JSON.parse(await readFile(join(directory, 'temporal.db.pid'), 'utf8'))).pid;
  }

  return {
    url: `http://127.0.0.1:${port}`,
    directory,
    temporalPid,
    async start() {
      const own = {
        DATA_DIR: directory,
        TEMP_DIR: directory,
        PORT: String(port),
        TEMPORAL_PORT: String(temporalPort),
        TEMPORAL_UI_PORT: String(uiPort),
        SHUTDOWN_GRACE_SECONDS: '2',
        ...settings,
      };
      const started = startProcess('src/standalone.ts', own, [], nodeFlags);
      running.add(started);
      void started.exited.then(() => running.delete(started));
      await started.untilPrinted('Pigeonhole is ready.');
      checkAnswersOf(`http://127.0.0.1:${port}`);
      return started;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...running].map((each) => each.end('SIGKILL')));
      await temporalPid().then(
        (pid) => process.kill(pid, 'SIGKILL'),
        () => undefined,
      );
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
