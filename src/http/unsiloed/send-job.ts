import type { Response } from 'express';
import type { Job } from '../../domain/job.ts';
import { isRunOver } from '../../jobs/run-status.ts';
import { toJobBody } from './job-body.ts';
import type { JobWithDetails } from './schemas.ts';

interface JsonText {
  readonly text: string;
  readonly byteLength: number;
}

/** As long as the reader remembers a finished job, whoever polls it gets the text that was made for the first. */
const finishedTexts = new WeakMap<Job, JsonText>();

/** Answers with the five keys of a job. Polling is what most requests are, so this does by hand what `response.json()` would look up each time. */
export function sendJob(response: Response, job: Job): void {
  sendText(response, finishedTexts.get(job) ?? makeText(job));
}

function makeText(job: Job): JsonText {
  const made = toText(toJobBody(job));
  if (isRunOver(job)) finishedTexts.set(job, made);
  return made;
}

function toText(body: JobWithDetails): JsonText {
  const text = JSON.stringify(body);
  return { text, byteLength: Buffer.byteLength(text) };
}

function sendText(response: Response, { text, byteLength }: JsonText): void {
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Content-Length', byteLength);
  response.end(text);
}
