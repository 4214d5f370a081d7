import { openAsBlob } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { jobSchema, submit, type JobAnswer, type Submission } from '../support/service.ts';

const samplePath = fileURLToPath(new URL('../../examples/sample-invoice.pdf', import.meta.url));

/** Two pages. */
export const sample = await openAsBlob(samplePath, { type: 'application/pdf' });

const pauseMs = 100;

/**
 * Polls as a client does that obeys the contract: an answer of 503 with Retry-After and a connection that cannot be
 * made mean "later"; every other answer must be the job.
 */
export async function finishedDespiteOutages(url: string, jobId: string, patienceMs = 100_000): Promise<JobAnswer> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const seen = await look(url, jobId);
    if (typeof seen !== 'string' && (seen.status === 'completed' || seen.status === 'failed')) return seen;
    if (Date.now() > deadline) throw new Error(`job ${jobId} is not finished: ${JSON.stringify(seen)}`);
    await delay(pauseMs);
  }
}

/** One after the other: all of them polled at once would be a load test. */
export async function allFinished(url: string, jobIds: readonly string[]): Promise<JobAnswer[]> {
  const jobs: JobAnswer[] = [];
  for (const jobId of jobIds) jobs.push(await finishedDespiteOutages(url, jobId));
  return jobs;
}

/** Submits several at once. */
export function submitMany(url: string, count: number, submission: Submission = { file: sample }): Promise<string[]> {
  return Promise.all(Array.from({ length: count }, () => submit(url, submission)));
}

async function look(url: string, jobId: string): Promise<z.infer<typeof jobSchema> | 'no connection' | 'unavailable'> {
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(`${url}/classify/${jobId}`);
    body = await response.json();
  } catch {
    return 'no connection';
  }
  if (response.status === 503 && response.headers.has('retry-after')) return 'unavailable';
  if (response.status !== 200) throw new Error(`${response.status}: ${JSON.stringify(body)}`);
  return jobSchema.parse(body);
}
