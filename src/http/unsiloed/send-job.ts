import type { Response } from 'express';
import { isRunOver, type Job } from '../../domain/job.ts';
import { toJobBody } from './job-body.ts';

interface JsonText {
  readonly text: string;
  readonly byteLength: number;
}

/** As long as the reader caches a finished job, every poll gets the text made for the first. */
const finishedTexts = new WeakMap<Job, JsonText>();

/**
 * Answers with the five keys of a job. Polling is what most requests are, so this does by hand what `response.json()`
 * would look up each time.
 */
export function sendJob(response: Response, job: Job): void {
  const { text, byteLength } = finishedTexts.get(job) ?? makeText(job);
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Content-Length', byteLength);
  response.end(text);
}

function makeText(job: Job): JsonText {
  const text = JSON.stringify(toJobBody(job));
  const made = { text, byteLength: Buffer.byteLength(text) };
  if (isRunOver(job)) finishedTexts.set(job, made);
  return made;
}
