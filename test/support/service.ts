import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import type { z } from 'zod';
import { readConfig, type Config } from '../../src/config/config.ts';
import { createDependencies } from '../../src/dependencies.ts';
import { createApp } from '../../src/http/app.ts';
import { jobSchema, submittedSchema } from '../../src/http/unsiloed/schemas.ts';
import { prepareRetention } from '../../src/startup/prepare-retention.ts';
import { serveApi } from '../../src/startup/serve-api.ts';
import { serveQueues } from '../../src/startup/serve-queues.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';
import { checkAnswersOf } from './answer-checks.ts';
import { freePort } from './free-ports.ts';
import { createNamespace, type TestNamespace } from './namespace.ts';

export interface TestService extends AsyncDisposable {
  readonly url: string;
  readonly namespace: TestNamespace;
  readonly directory: string;
  readonly store: ObjectStore;
  /** The settings that it was started with. */
  readonly config: Config;
  /** Serves further queues from now on: those that `QUEUES` left out. */
  serve(queues: Config['queues']): Promise<void>;
}

/**
 * The whole service in this process, wired as the entries wire it, on a Temporal namespace and a folder of its own.
 * `environment` holds settings as a user would set them.
 */
export async function startService(environment: Readonly<Record<string, string>> = {}): Promise<TestService> {
  await using started = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'pigeonhole-service-'));
  started.defer(() => rm(directory, { recursive: true, force: true }));
  const namespace = started.use(await createNamespace());
  const config = readConfig({
    DATA_DIR: directory,
    PORT: String(await freePort()),
    TEMPORAL_ADDRESS: namespace.address,
    TEMPORAL_NAMESPACE: namespace.namespace,
    SHUTDOWN_GRACE_SECONDS: '2',
    RENDER_PROCESSES: '1',
    ...environment,
  });
  const logger = pino({ level: 'silent' });
  const dependencies = started.use(createDependencies(config, logger));
  const { store } = dependencies;
  await store.check();
  await prepareRetention({ client: namespace.client, store, retention: config.retention, logger });
  const serving = new AsyncDisposableStack();
  started.use(serving);
  const serve = async (names: Config['queues']): Promise<void> => {
    const queues = await serveQueues(names, config, dependencies.forWorker(), logger);
    serving.defer(() => queues.stop());
  };
  await serve(config.queues);
  const app = createApp(dependencies.forApi(namespace.client));
  const api = await serveApi(app, { ...config.http, logger });
  started.defer(() => api.stop(1000));
  checkAnswersOf(api.url);
  const stack = started.move();
  return {
    url: api.url,
    namespace,
    directory,
    store,
    config,
    serve,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

export { jobSchema };

/** The five keys, with the members of both forms of a result. */
export type JobAnswer = Omit<z.infer<typeof jobSchema>, 'result'> & { readonly result: JobResult | null };

interface JobResult {
  readonly success: true;
  readonly classification: string;
  readonly confidence: number;
  readonly raw_result?: string;
  readonly page_results?: readonly PageAnswer[];
  readonly total_pages: number;
  readonly processed_pages: number;
}

interface PageAnswer {
  readonly page: number;
  readonly success: boolean;
  readonly error?: string;
  readonly confidence: number;
  readonly raw_result?: string;
  readonly classification: string;
}

export interface Submission {
  readonly file?: Blob | Uint8Array<ArrayBuffer>;
  readonly fileName?: string;
  readonly fields?: Readonly<Record<string, string>>;
  /** `null` for none. */
  readonly categories?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** `POST /classify`, whatever the answer. */
export async function post(url: string, submission: Submission): Promise<Response> {
  const { file, fileName = 'document.pdf', fields = {}, categories = ['invoice', 'letter'], headers = {} } = submission;
  const form = new FormData();
  if (categories !== null) form.set('categories', JSON.stringify(categories));
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  if (file) form.set('pdf_file', file instanceof Blob ? file : new Blob([file]), fileName);
  return fetch(`${url}/classify`, { method: 'POST', body: form, headers });
}

/** Submits and gives the job's id. */
export async function submit(url: string, submission: Submission): Promise<string> {
  const response = await post(url, submission);
  const body: unknown = await response.json();
  if (response.status !== 202) throw new Error(`expected 202, got ${response.status}: ${JSON.stringify(body)}`);
  return submittedSchema.parse(body).job_id;
}

export async function getJob(
  url: string,
  jobId: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<JobAnswer> {
  const response = await fetch(`${url}/classify/${jobId}`, { headers });
  return jobSchema.parse(await response.json());
}

/** Polls as a client does, until the job is finished. */
export async function finishedJob(
  url: string,
  jobId: string,
  headers: Readonly<Record<string, string>> = {},
  patienceMs = 50_000,
): Promise<JobAnswer> {
  const deadline = Date.now() + patienceMs;
  for (let pauseMs = 50; ; pauseMs = Math.min(1.3 * pauseMs, 250)) {
    const job = await getJob(url, jobId, headers);
    if (job.status === 'completed' || job.status === 'failed') return job;
    if (Date.now() > deadline) throw new Error(`job ${jobId} is still ${job.status}: ${job.progress}`);
    await delay(pauseMs);
  }
}

/** Submits and waits for the end. */
export async function classify(url: string, submission: Submission): Promise<JobAnswer> {
  return finishedJob(url, await submit(url, submission), submission.headers);
}
