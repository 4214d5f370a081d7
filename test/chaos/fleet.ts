import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkAnswersOf } from '../support/answer-checks.ts';
import { freePort } from '../support/free-ports.ts';
import { startProcess, type TestProcess } from '../support/process.ts';

type Settings = Readonly<Record<string, string>>;

export interface ApiProcess extends TestProcess {
  readonly url: string;
}

/** API and worker as processes of their own, any number of each, with one set of settings between them. */
export interface Fleet extends AsyncDisposable {
  /** Documents and temporary files; gone with the fleet. */
  readonly directory: string;
  /** Resolves when it listens. The port is the same at each start unless `settings` name another. */
  startApi(settings?: Settings): Promise<ApiProcess>;
  /** Resolves when it polls its queues. */
  startWorker(settings?: Settings): Promise<TestProcess>;
}

/** Prepares a fleet; nothing of it runs yet. What a test leaves running is killed with it. */
export async function createFleet(settings: Settings): Promise<Fleet> {
  const directory = await mkdtemp(join(tmpdir(), 'pigeonhole-chaos-'));
  const shared = {
    DATA_DIR: directory,
    TEMP_DIR: directory,
    PORT: String(await freePort()),
    RENDER_PROCESSES: '1',
    OCR_PROCESSES: '1',
    SHUTDOWN_GRACE_SECONDS: '2',
    ...settings,
  };
  const running = new Set<TestProcess>();

  async function start(entry: string, sign: string, own: Settings): Promise<TestProcess> {
    const started = startProcess(entry, { ...shared, ...own });
    running.add(started);
    void started.exited.then(() => running.delete(started));
    await started.untilPrinted(sign);
    return started;
  }

  return {
    directory,
    async startApi(own = {}) {
      const api = await start('src/api.ts', 'api started', own);
      const url = `http://127.0.0.1:${own['PORT'] ?? shared.PORT}`;
      checkAnswersOf(url);
      return { ...api, url };
    },
    startWorker: (own = {}) => start('src/worker.ts', 'worker started', own),
    async [Symbol.asyncDispose]() {
      await Promise.all([...running].map((each) => each.end('SIGKILL')));
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
