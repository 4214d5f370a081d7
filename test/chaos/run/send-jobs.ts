import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { z } from 'zod';
import { submittedSchema } from '../../../src/http/unsiloed/schemas.ts';
import { mapBounded } from '../../../src/domain/map-bounded.ts';
import { categories, type PlannedJob } from './plan.ts';
import { documentOf, markedPages, type Sources } from './sources.ts';

/** A job that was accepted: from here on it must not be lost. */
export interface AcceptedJob {
  readonly planned: PlannedJob;
  readonly jobId: string;
}

export interface Sender {
  readonly url: string;
  readonly temporalAddress: string;
  readonly sources: Sources;
  /** Where the webhook of a job goes. */
  webhookUrlOf(job: PlannedJob): string;
  onAccepted(job: AcceptedJob): void;
  onRefused(job: PlannedJob, answer: string): void;
}

const extendHeaders = { 'x-extend-api-version': '2026-02-09' };
const runSchema = z.object({ id: z.string() });
const batchSchema = z.object({ id: z.string() });
const batchRunsSchema = z.object({
  data: z.array(z.object({ id: z.string(), metadata: z.object({ number: z.number() }) })),
});
const classifierSchema = z.object({ id: z.string() });
const batchSize = 10;
const sendersAtOnce = 24;
const pauseMs = 500;
const answerLimitMs = 60_000;

/** Sends each job at its time, as patient clients do: what was not answered is sent again. */
export async function sendJobs(jobs: readonly PlannedJob[], sender: Sender): Promise<void> {
  const inBatches = jobs.filter(({ way }) => way === 'batch');
  const batches = Array.from({ length: Math.ceil(inBatches.length / batchSize) }, (_, index) =>
    inBatches.slice(index * batchSize, (index + 1) * batchSize),
  );
  const first = batches.flatMap(([job]) => (job ? [job] : []));
  const steps = jobs.filter((job) => job.way !== 'batch' || first.includes(job));
  const classifierId = classifierSchema.parse(await postJson(sender, '/classifiers', { name: 'chaos', config })).id;
  const startedAt = performance.now();
  const connection = Connection.lazy({ address: sender.temporalAddress });
  const client = new Client({ connection });
  try {
    await mapBounded(steps, sendersAtOnce, async (job) => {
      await delay(Math.max(0, startedAt + job.atMs - performance.now()));
      const batch = batches.find(([head]) => head === job);
      try {
        await (batch ? sendBatch(batch, classifierId, sender) : sendSingle(job, sender, client));
      } catch (error) {
        if (!(error instanceof RefusedInChaos)) throw error;
        sender.onRefused(job, error.message);
      }
    });
  } finally {
    await connection.close();
  }
}

async function sendSingle(job: PlannedJob, sender: Sender, client: Client): Promise<void> {
  const jobId = await send(job, sender, client);
  sender.onAccepted({ planned: job, jobId });
  if (!job.isCancelled) return;
  await answered((init) => fetch(`${sender.url}/classify/${jobId}/cancel`, { ...init, method: 'POST' }));
}

async function send(job: PlannedJob, sender: Sender, client: Client): Promise<string> {
  switch (job.way) {
    case 'upload':
    case 'url':
    case 'batch':
      return sendForm(job, sender);
    case 'extend-text':
      return startRun(sender, { text: textOf(job), name: `${job.number}.txt` });
    case 'extend-file':
      return startRun(sender, { id: await uploadFile(job, sender) });
    case 'workflow':
      return startWorkflow(job, client);
  }
}

/** Unsiloed's contract. The key makes sure that what is sent again is the same job. */
async function sendForm(job: PlannedJob, sender: Sender): Promise<string> {
  const form = new FormData();
  form.set('categories', JSON.stringify(categories));
  if (job.way === 'url') form.set('file_url', sender.sources.urlOf(job));
  else form.set('pdf_file', new Blob([documentOf(job.content)]), `${job.number}.pdf`);
  if (job.hasWebhook) form.set('webhook_url', sender.webhookUrlOf(job));
  const headers = { 'idempotency-key': `chaos-${job.number}` };
  const body = await answered((init) =>
    fetch(`${sender.url}/classify`, { ...init, method: 'POST', body: form, headers }),
  );
  return submittedSchema.parse(body).job_id;
}

async function startRun(sender: Sender, file: object): Promise<string> {
  return toJobId(runSchema.parse(await postJson(sender, '/classify_runs', { file, config })).id);
}

/** A run of one contract is a job of the other. */
function toJobId(runId: string): string {
  return runId.replace(/^clr_/, '');
}

const config = {
  classifications: [...categories, 'other'].map((name) => ({
    id: name,
    type: name,
    description: `of the kind ${name}`,
  })),
};

async function uploadFile(job: PlannedJob, { url }: Sender): Promise<string> {
  const form = new FormData();
  form.set('file', new Blob([documentOf(job.content)]), `${job.number}.pdf`);
  return runSchema.parse(
    await answered((init) =>
      fetch(`${url}/files/upload`, { ...init, method: 'POST', body: form, headers: extendHeaders }),
    ),
  ).id;
}

/** Extend's batch: accepted as a whole; which run is which job stands in its metadata. */
async function sendBatch(jobs: readonly PlannedJob[], classifierId: string, sender: Sender): Promise<void> {
  const inputs = jobs.map((job) => ({
    file: { text: textOf(job), name: `${job.number}.txt` },
    metadata: { number: job.number },
  }));
  const request = { inputs, classifier: { id: classifierId } };
  const { id } = batchSchema.parse(await postJson(sender, '/classify_runs/batch', request));
  const found = new Map<number, string>();
  while (found.size < jobs.length) {
    const query = `batchId=${id}&maxPageSize=100`;
    const list = await answered((init) =>
      fetch(`${sender.url}/classify_runs?${query}`, { ...init, headers: extendHeaders }),
    );
    for (const run of batchRunsSchema.parse(list).data) found.set(run.metadata.number, run.id);
    await delay(pauseMs);
  }
  for (const planned of jobs) {
    const jobId = found.get(planned.number);
    if (jobId === undefined) throw new RefusedInChaos(`batch ${id} has no run for job ${planned.number}`);
    sender.onAccepted({ planned, jobId: toJobId(jobId) });
  }
}

async function startWorkflow(job: PlannedJob, client: Client): Promise<string> {
  const workflowId = `chaos-workflow-${job.number}`;
  const input = {
    source: { kind: 'inline', base64: Buffer.from(documentOf(job.content)).toString('base64') },
    fileName: `${job.number}.pdf`,
    categories: categories.map((name) => ({ name })),
  };
  for (;;) {
    try {
      await client.workflow.start('classifyDocument', {
        taskQueue: 'document-classification',
        workflowId,
        args: [input],
      });
      return workflowId;
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return workflowId;
      await delay(pauseMs);
    }
  }
}

function textOf({ content }: PlannedJob): string {
  return content.kind === 'pages' ? markedPages(content.pages).join('\f') : '';
}

function postJson(sender: Sender, path: string, body: object): Promise<unknown> {
  return answered((init) =>
    fetch(`${sender.url}${path}`, {
      ...init,
      method: 'POST',
      headers: { ...extendHeaders, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  );
}

/** Asks until there is an answer that is not "come back later"; any other refusal is a fault of the product. */
export async function answered(ask: (init: RequestInit) => Promise<Response>): Promise<unknown> {
  for (;;) {
    const response = await ask({ signal: AbortSignal.timeout(answerLimitMs) }).then(
      async (given) => ({ status: given.status, body: await given.text() }),
      () => undefined,
    );
    if (response && response.status < 300) return JSON.parse(response.body);
    const isLater = response === undefined || response.status === 503 || response.status === 429;
    if (!isLater) throw new RefusedInChaos(`${response.status}: ${response.body}`);
    await delay(pauseMs);
  }
}

/** An answer that no caller did anything to deserve. */
export class RefusedInChaos extends Error {
  override readonly name = 'RefusedInChaos';
}
