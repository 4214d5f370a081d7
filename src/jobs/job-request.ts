import { z } from 'zod';
import { jobKeys } from '../storage/keys.ts';
import { readJson, writeJson } from '../storage/json-documents.ts';
import { PreconditionFailed, type ObjectStore } from '../storage/object-store.ts';
import { documentTypes } from '../domain/document.ts';

/** What a request said that must not stand in a history, and what its repetition is compared with: `request.json`. */
export type JobRequest = z.infer<typeof jobRequestSchema>;

const jobRequestSchema = z.object({
  /** A URL's query may be a secret. */
  url: z.string().optional(),
  document: z
    .object({ key: z.string(), sha256: z.string(), sizeBytes: z.number(), type: z.enum(documentTypes) })
    .optional(),
  /** Whom to tell when the job is finished; also what `deliverWebhook` reads. */
  webhookUrl: z.string().optional(),
  /** The caller's own, given back as it came. */
  metadata: z.record(z.string(), z.unknown()).optional(),
  /** SHA-256 over all that the request asked for; only with an idempotency key. */
  fingerprint: z.string().optional(),
});

/** Undefined when the job has none: most have nothing to say there. */
export async function readJobRequest(
  store: ObjectStore,
  tenant: string,
  jobId: string,
): Promise<JobRequest | undefined> {
  const key = jobKeys(tenant, jobId).request;
  return (await readJson(store, key, (value) => jobRequestSchema.parse(value)))?.value;
}

export async function writeJobRequest(
  store: ObjectStore,
  tenant: string,
  jobId: string,
  request: JobRequest,
): Promise<void> {
  await writeJson(store, jobKeys(tenant, jobId).request, request);
}

/**
 * Takes a job id for this request, unless an earlier one has it: then gives that one. Of any number of callers at once exactly one takes it.
 */
export async function claimJob(
  store: ObjectStore,
  tenant: string,
  jobId: string,
  request: JobRequest,
): Promise<JobRequest | undefined> {
  try {
    await writeJson(store, jobKeys(tenant, jobId).request, request, { ifNoneMatch: '*' });
    return undefined;
  } catch (error) {
    if (!(error instanceof PreconditionFailed)) throw error;
    return await readJobRequest(store, tenant, jobId);
  }
}
