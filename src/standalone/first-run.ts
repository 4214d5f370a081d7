import { openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { sampleCategories, sampleDocument } from './welcome.ts';

const pollIntervalMs = 150;
const patienceMs = 120_000;

const timingsSchema = z.object({
  total_ms: z.number(),
  render_ms: z.number(),
  pages: z.array(z.object({ page: z.number(), classify_ms: z.number().nullable() })),
});
const submittedSchema = z.object({ job_id: z.string() });
const jobSchema = z.object({
  status: z.enum(['queued', 'processing', 'completed', 'failed']),
  progress: z.string(),
  error: z.string().nullable(),
  result: z
    .object({
      classification: z.string(),
      confidence: z.number(),
      page_results: z.array(
        z.object({ page: z.number(), success: z.boolean(), classification: z.string(), confidence: z.number() }),
      ),
    })
    .nullable(),
  timings: timingsSchema.optional(),
});

type JobAnswer = z.infer<typeof jobSchema>;

/** True until this folder has held documents. Only the first start shows the sample. */
export async function isFirstStart(dataDirectory: string): Promise<boolean> {
  const exists = await stat(join(dataDirectory, 'temporal.db')).then(
    () => true,
    () => false,
  );
  const hasObjects = await stat(join(dataDirectory, 'objects')).then(
    () => true,
    () => false,
  );
  return !exists && !hasObjects;
}

export interface SampleKeys {
  readonly apiKey?: string | undefined;
  readonly idempotencyKey: string;
}

/** Classifies the sample through the API, like any client, and prints the answer, so that a newcomer sees it work. */
export async function classifySample(
  say: (line: string) => void,
  apiUrl: string,
  { apiKey, idempotencyKey }: SampleKeys,
  signal: AbortSignal,
): Promise<void> {
  say(`\nFirst start: classifying ${relative(process.cwd(), sampleDocument)} ...`);
  const headers = apiKey === undefined ? {} : { 'api-key': apiKey };
  const submitHeaders = { ...headers, 'Idempotency-Key': idempotencyKey };
  try {
    const startedAt = performance.now();
    const jobId = await submit(apiUrl, submitHeaders, signal);
    const jobUrl = `${apiUrl}/classify/${jobId}`;
    const job = await waitForJob(jobUrl, headers, startedAt + patienceMs, signal);
    printJob(say, job, performance.now() - startedAt);
    say(`  ${jobUrl}`);
  } catch (error) {
    if (!signal.aborted) say(`  could not be shown: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function printJob(
  say: (line: string) => void,
  { result, timings, error, progress }: JobAnswer,
  elapsedMs: number,
): void {
  if (!result) {
    say(`  no answer after ${seconds(elapsedMs)}: ${error ?? progress}`);
    return;
  }
  say(`\n  ${result.classification}, confidence ${result.confidence.toFixed(2)}, after ${seconds(elapsedMs)}`);
  if (timings) say(`  ${seconds(timings.total_ms)} in the workflow, ${seconds(timings.render_ms)} of it rendering`);
  say('\n  page  category    confidence  time');
  for (const { page, success, classification, confidence } of result.page_results) {
    const classifyMs = timings?.pages.find((timing) => timing.page === page)?.classify_ms;
    const time = typeof classifyMs === 'number' ? seconds(classifyMs) : '';
    const category = success ? classification : 'failed';
    say(`  ${String(page).padStart(4)}  ${category.padEnd(10)}  ${confidence.toFixed(2).padStart(10)}  ${time}`);
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

async function submit(apiUrl: string, headers: Record<string, string>, signal: AbortSignal): Promise<string> {
  const form = new FormData();
  form.set('categories', JSON.stringify(sampleCategories));
  form.set('pdf_file', await openAsBlob(sampleDocument), basename(sampleDocument));
  const response = await fetch(`${apiUrl}/classify`, { method: 'POST', headers, body: form, signal });
  if (!response.ok) throw new Error(`the API answered ${response.status}: ${await response.text()}`);
  return submittedSchema.parse(await response.json()).job_id;
}

async function waitForJob(
  jobUrl: string,
  headers: Record<string, string>,
  until: number,
  signal: AbortSignal,
): Promise<JobAnswer> {
  for (;;) {
    const response = await fetch(`${jobUrl}?include=timings`, { headers, signal });
    const job = jobSchema.parse(await response.json());
    if (job.status === 'completed' || job.status === 'failed' || performance.now() > until) return job;
    await delay(pollIntervalMs, undefined, { signal });
  }
}
