import { z } from 'zod';
import type { Job } from '../../domain/job.ts';
import { applyReview } from '../../domain/review.ts';
import { readJson, updateJson } from '../json-documents.ts';
import { jobKeys } from '../keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';

/**
 * A person's answer about a finished job: its `review.json`. Their reasons may quote the document, so no history holds
 * them.
 */
export type StoredReview = z.infer<typeof reviewSchema>;

const reviewSchema = z.object({
  classification: z.string(),
  confidence: z.number().optional(),
  insights: z.array(z.object({ type: z.literal('reasoning'), content: z.string() })).optional(),
  reviewedAt: z.string(),
});

const parse = (value: unknown) => reviewSchema.parse(value);

export async function readReview(store: ObjectStore, tenant: string, jobId: string): Promise<StoredReview | undefined> {
  return (await readJson(store, jobKeys(tenant, jobId).review, parse))?.value;
}

/** Something that is another one after each review; undefined before the first. */
export async function reviewVersion(store: ObjectStore, tenant: string, jobId: string): Promise<string | undefined> {
  return (await store.head(jobKeys(tenant, jobId).review))?.etag;
}

/** Puts a review in the place of an earlier one; of two at once the one that was given later stays. */
export async function writeReview(
  store: ObjectStore,
  tenant: string,
  jobId: string,
  review: StoredReview,
): Promise<void> {
  await updateJson(store, jobKeys(tenant, jobId).review, parse, (current) =>
    current && current.reviewedAt > review.reviewedAt ? current : review,
  );
}

export async function deleteReview(store: ObjectStore, tenant: string, jobId: string): Promise<void> {
  await store.delete(jobKeys(tenant, jobId).review);
}

/** Applies the latest review to a finished job. */
export async function withReview(store: ObjectStore, tenant: string, job: Job): Promise<Job> {
  const review = job.status === 'completed' ? await readReview(store, tenant, job.jobId) : undefined;
  return review ? reviewedJob(job, review) : job;
}

export function reviewedJob(job: Job, review: StoredReview): Job {
  if (job.status !== 'completed') return job;
  return { ...job, result: applyReview(job.result, review, review.reviewedAt) };
}
