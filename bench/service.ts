import { join } from 'node:path';
import type { classifyDocument } from '../workflows/index.ts';
import { freePort } from '../test/support/free-ports.ts';
import { answers } from './answers.ts';
import type { Lab } from './lab.ts';
import { startModel } from './model/start-model.ts';
import { processorMsOfChildren } from './processor-time.ts';

/** The service as it is deployed: an API process and a worker process, each with its default settings. */
export interface Service extends AsyncDisposable {
  readonly url: string;
  readonly apiPid: number;
  readonly workerPids: readonly number[];
  /** Processor time of the worker's render processes, also of those that it has replaced. */
  renderProcessorMs(): number;
  /** `POST /classify`; resolves with the job's id. */
  submit(document: Uint8Array<ArrayBuffer>): Promise<string>;
  /** `GET /classify/{id}` of a job that must have completed. */
  read(jobId: string): Promise<CompletedJob>;
  /** A whole job as a caller sees it: upload, wait, read. */
  classify(document: Uint8Array<ArrayBuffer>): Promise<CompletedJob>;
}

export interface CompletedJob {
  readonly jobId: string;
  readonly body: string;
  /** What the activity renderPages took. */
  readonly renderMs: number;
}

export interface ServiceOptions {
  readonly modelDelayMs?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Without a worker, runs wait. Default true. */
  readonly hasWorker?: boolean;
}

let count = 0;

/** As `npm run api` starts it. */
const nodeArgs = ['--max-semi-space-size=4'];

export async function startService(lab: Lab, options: ServiceOptions = {}): Promise<Service> {
  await using parts = new AsyncDisposableStack();
  const model = parts.use(await startModel(lab, options.modelDelayMs ?? 0));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const environment = {
    TEMPORAL_ADDRESS: lab.temporalAddress,
    // Requests are counted as always; how a flood is refused is not what is measured.
    RATE_LIMIT_PER_MINUTE: '10000000',
    DATA_DIR: join(lab.directory, `data-${++count}`),
    PORT: String(port),
    OPENAI_BASE_URL: model.baseUrl,
    OPENAI_API_KEY: 'none',
    ...options.environment,
  };
  const api = await lab.start('src/api.ts', { nodeArgs, environment, isReady: () => answers(`${url}/readyz`) });
  parts.defer(() => api.stop());
  const workerPids: number[] = [];
  if (options.hasWorker !== false) {
    // It is ready when its first job is: the warm-up of each measurement waits for that.
    const worker = await lab.start('src/worker.ts', { environment, isReady: async () => true });
    parts.defer(() => worker.stop());
    workerPids.push(worker.pid);
  }
  const owned = parts.move();

  async function submit(document: Uint8Array<ArrayBuffer>): Promise<string> {
    const form = new FormData();
    form.set('categories', JSON.stringify(['invoice', 'letter', 'contract']));
    form.set('pdf_file', new Blob([document]), 'document.pdf');
    const answer = await fetchJson(`${url}/classify`, { method: 'POST', body: form });
    if (typeof answer['job_id'] !== 'string') throw new Error(`not accepted: ${JSON.stringify(answer)}`);
    return answer['job_id'];
  }

  async function read(jobId: string): Promise<CompletedJob> {
    const answer = await fetchJson(`${url}/classify/${jobId}?include=timings`);
    const { status, timings } = answer;
    if (status !== 'completed') throw new Error(`job is ${String(status)}: ${JSON.stringify(answer)}`);
    const hasTimings = typeof timings === 'object' && timings !== null && 'render_ms' in timings;
    return { jobId, body: JSON.stringify(answer), renderMs: hasTimings ? Number(timings.render_ms) : 0 };
  }

  return {
    url,
    apiPid: api.pid,
    workerPids,
    renderProcessorMs: () => processorMsOfChildren(workerPids),
    submit,
    read,
    async classify(document) {
      const jobId = await submit(document);
      // As the peer is waited for: a poll interval would be measured instead of the service.
      await lab.client.workflow.getHandle<typeof classifyDocument>(jobId).result();
      return read(jobId);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function fetchJson(url: string, init: RequestInit = {}): Promise<Record<string, unknown>> {
  const response = await fetch(url, init);
  const body: unknown = await response.json();
  return typeof body === 'object' && body !== null ? { ...body } : {};
}
