import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { storedConfigSchema } from '../classifiers/classify-config.ts';
import { jobKeys } from '../keys.ts';
import { readJson, writeJson, type JsonDocument } from '../json-documents.ts';
import { PreconditionFailed, type ObjectStore } from '../../storage/object-store.ts';
import { documentTypes } from '../../domain/document.ts';

/** The part of a request that no history may hold, and what its rerun needs: `request.json`. */
export type JobRequest = z.infer<typeof jobRequestSchema>;

/** The source of a run: one request, a batch, or an evaluation of a classifier. */
export const runSources = ['API', 'BATCH_PROCESSOR_RUN', 'EVALUATION'] as const;
export type RunSource = (typeof runSources)[number];

/** The request for a run of Extend's contract. */
export type RunRequest = z.infer<typeof runRequestSchema>;

const runRequestSchema = z.looseObject({
  /** The whole configuration, with the override merged in. Keeps unknown options. */
  config: storedConfigSchema,
  /** The classifier of the configuration; absent for one that came with the request. */
  classifier: z.object({ id: z.string(), versionId: z.string() }).optional(),
  file: z.object({ id: z.string() }),
  batchId: z.string().optional(),
  source: z.enum(runSources),
  /** When it was accepted; its execution may start later. */
  createdAt: z.string().optional(),
  /** Below which confidence a person reviews, and how long the run waits. */
  review: z.object({ belowConfidence: z.number(), timeoutSeconds: z.number().optional() }).optional(),
});

/** The mark of a deletion in a job's request. */
export type DeletionMark = z.infer<typeof deletionSchema>;

const deletionSchema = z.object({ id: z.string(), at: z.string() });

/** Loose: what a newer version wrote stays when a deletion is given up. */
const jobRequestSchema = z.looseObject({
  /** A URL's query may be a secret. */
  url: z.string().optional(),
  document: z
    .object({ key: z.string(), sha256: z.string(), sizeBytes: z.number(), type: z.enum(documentTypes) })
    .optional(),
  /** The caller's advice, which may quote anything; also what `classifyPage` reads. */
  instructions: z.string().optional(),
  /** Where to send the answer; `deliverWebhook` reads it. */
  webhookUrl: z.string().optional(),
  /** The caller's own, returned unchanged. */
  metadata: z.record(z.string(), z.unknown()).optional(),
  run: runRequestSchema.optional(),
  /** The job that this one repeats. */
  rerunOf: z.string().optional(),
  /** SHA-256 of the whole request; only with an idempotency key. */
  fingerprint: z.string().optional(),
  /** When the key was taken. */
  claimedAt: z.string().optional(),
  /** By which request: the run that it started has it in its memo. */
  claim: z.string().optional(),
  /** The job is being deleted; the key is free afterwards. */
  deletion: deletionSchema.optional(),
});

/** The one parser of a job's `request.json`. Throws for anything else. */
export function parseJobRequest(value: unknown): JobRequest {
  return jobRequestSchema.parse(value);
}

/** Undefined when the job has none: most have nothing to say there. */
export async function readJobRequest(
  store: ObjectStore,
  tenant: string,
  jobId: string,
): Promise<JobRequest | undefined> {
  return (await readJobRequestDocument(store, tenant, jobId))?.value;
}

/** The same with the version that a conditional write needs. */
export function readJobRequestDocument(
  store: ObjectStore,
  tenant: string,
  jobId: string,
): Promise<JsonDocument<JobRequest> | undefined> {
  return readJson(store, jobKeys(tenant, jobId).request, parseJobRequest);
}

export async function writeJobRequest(
  store: ObjectStore,
  tenant: string,
  jobId: string,
  request: JobRequest,
): Promise<void> {
  await writeJson(store, jobKeys(tenant, jobId).request, request);
}

/** A request that has a job id, and the claim by which its run is known. */
export interface JobClaim {
  readonly request: JobRequest;
  /** The request is the caller's own: of any number at once exactly one is. */
  readonly isNew: boolean;
}

/** Takes a job id for this request, unless an earlier one has it: then gives that one. No claim is ever given twice. */
export async function claimJob(
  store: ObjectStore,
  tenant: string,
  jobId: string,
  request: JobRequest,
): Promise<JobClaim> {
  const claimed = { ...request, claim: randomUUID(), claimedAt: new Date().toISOString() };
  try {
    await writeJson(store, jobKeys(tenant, jobId).request, claimed, { ifNoneMatch: '*' });
    return { request: claimed, isNew: true };
  } catch (error) {
    if (!(error instanceof PreconditionFailed)) throw error;
    const earlier = await readJobRequest(store, tenant, jobId);
    // Deleted since, it is free again.
    return earlier ? { request: earlier, isNew: false } : claimJob(store, tenant, jobId, request);
  }
}
