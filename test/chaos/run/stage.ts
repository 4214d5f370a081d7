import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { searchAttributes } from '../../../src/domain/search-attributes.ts';
import { startDevServer, type DevServer } from '../../../src/temporal/dev-server.ts';
import { ensureTool } from '../../../tools/ensure-tool.ts';
import { freePort } from '../../support/free-ports.ts';
import { startProcess, type TestProcess } from '../../support/process.ts';
import { freeSeaweedFsPorts, startSeaweedFs, type S3Server } from '../../support/servers.ts';
import { descendantsOf } from '../process-tree.ts';
import type { Fault } from './plan.ts';
import type { RunLog } from './run-log.ts';
import { openStoreDoor } from './store-door.ts';

/** All processes of a run: each can be killed, paused and started again. */
export interface Stage extends AsyncDisposable {
  readonly url: string;
  readonly temporalAddress: string;
  /** Since when the API lives without a break, on the clock of `performance.now`; undefined while it does not. */
  readonly apiAliveSince: () => number | undefined;
  /** Does it and undoes it; resolves when the part is as before. Faults of one part come after each other. */
  suffer(fault: Fault): Promise<void>;
}

interface Part {
  pid(): number;
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** Starts Temporal, a store, a model, two workers and an API, which reach each other over loopback. */
export async function openStage(log: RunLog): Promise<Stage> {
  await using opened = new AsyncDisposableStack();
  const folder = join(log.folder, 'data');
  // A run in the same folder would meet the jobs of the one before.
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });

  const temporalOptions = {
    executable: await ensureTool('temporal'),
    port: await freePort(),
    databaseFile: join(folder, 'temporal.db'),
    logFile: join(folder, 'temporal.log'),
    searchAttributes,
  };
  let temporal: DevServer = await startDevServer(temporalOptions);
  opened.defer(() => temporal.stop());
  const storePorts = await freeSeaweedFsPorts();
  let store: S3Server = await startSeaweedFs(join(folder, 'seaweedfs'), storePorts);
  opened.defer(() => store.stop());
  const door = opened.use(await openStoreDoor(store.address.endpoint));

  const [apiPort, modelPort] = [await freePort(), await freePort()];
  const settings = {
    DATA_DIR: folder,
    TEMP_DIR: folder,
    PORT: String(apiPort),
    TEMPORAL_ADDRESS: temporal.address,
    S3_ENDPOINT: door.endpoint,
    S3_ACCESS_KEY: store.address.accessKey,
    S3_SECRET_KEY: store.address.secretKey,
    S3_REGION: store.address.region,
    OPENAI_BASE_URL: `http://127.0.0.1:${modelPort}/v1`,
    OPENAI_API_KEY: 'sk-stand-in',
    OPENAI_MODEL: 'stand-in',
    ALLOWED_NETWORKS: '127.0.0.0/8',
    RATE_LIMIT_PER_MINUTE: '10000000',
    RENDER_PROCESSES: '1',
    SHUTDOWN_GRACE_SECONDS: '2',
  };
  const model = await ownProcess('model', 'test/chaos/run/model.child.ts', 'model ready', { PORT: String(modelPort) });
  const workers = [
    await ownProcess('worker-1', 'src/worker.ts', 'worker started', settings),
    await ownProcess('worker-2', 'src/worker.ts', 'worker started', settings),
  ] as const;
  const api = await ownProcess('api', 'src/api.ts', 'api started', settings);
  let aliveSince: number | undefined = performance.now();

  async function ownProcess(
    name: string,
    entry: string,
    sign: string,
    environment: Readonly<Record<string, string>>,
  ): Promise<Part> {
    let running: TestProcess = startProcess(entry, environment);
    await running.untilPrinted(sign);
    const end = async (): Promise<void> => {
      await running.end('SIGKILL');
      log.keepOutput(name, running.output());
    };
    opened.defer(end);
    return {
      pid: () => running.pid,
      kill: end,
      async start() {
        // What it needs may be away: an operator's supervisor would start it again and again, too.
        for (;;) {
          running = startProcess(entry, environment);
          const isUp = await running.untilPrinted(sign).then(
            () => true,
            () => false,
          );
          if (isUp) return;
          log.keepOutput(`${name}-not-started`, running.output());
          await delay(500);
        }
      },
    };
  }

  const partsByName: Readonly<Record<Exclude<Fault['part'], 'render-child'>, Part>> = {
    api,
    'worker-1': workers[0],
    'worker-2': workers[1],
    model,
    temporal: {
      pid: () => temporal.pid,
      async kill() {
        process.kill(temporal.pid, 'SIGKILL');
        await temporal.exited;
      },
      async start() {
        temporal = await startDevServer(temporalOptions);
      },
    },
    store: {
      pid: () => store.pid,
      async kill() {
        process.kill(store.pid, 'SIGKILL');
        await store.exited;
      },
      async start() {
        store = await startSeaweedFs(join(folder, 'seaweedfs'), storePorts);
      },
    },
  };
  const busy = new Map<string, Promise<void>>();

  async function suffer(fault: Fault): Promise<void> {
    if (fault.part === 'render-child') return sufferInChild(fault);
    if (fault.kind === 'full') {
      door.setFull(true);
      await delay(fault.forMs);
      return door.setFull(false);
    }
    const part = partsByName[fault.part];
    if (fault.part === 'api') aliveSince = undefined;
    if (fault.kind === 'kill') {
      await part.kill();
      await delay(fault.forMs);
      await part.start();
    } else {
      const pid = part.pid();
      process.kill(pid, 'SIGSTOP');
      await delay(fault.forMs);
      process.kill(pid, 'SIGCONT');
    }
    if (fault.part === 'api') aliveSince = performance.now();
  }

  /**
   * One of the processes in which a worker reads documents. Its pool starts another, so there is nothing to start here.
   */
  async function sufferInChild(fault: Fault): Promise<void> {
    const children = (await Promise.all(workers.map((worker) => descendantsOf(worker.pid())))).flat();
    const child = children[fault.atMs % Math.max(children.length, 1)];
    if (child === undefined) return;
    signal(child.pid, fault.kind === 'kill' ? 'SIGKILL' : 'SIGSTOP');
    if (fault.kind === 'kill') return;
    await delay(fault.forMs);
    signal(child.pid, 'SIGCONT');
  }

  const owned = opened.move();
  return {
    url: `http://127.0.0.1:${apiPort}`,
    temporalAddress: temporal.address,
    apiAliveSince: () => aliveSince,
    async suffer(fault) {
      const before = busy.get(fault.part);
      const mine = (async () => {
        await before;
        log.write('fault', { ...fault });
        await suffer(fault);
        log.write('mended', { part: fault.part, kind: fault.kind });
      })();
      busy.set(fault.part, mine);
      await mine;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** A child may have been replaced meanwhile. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
}
