import type { Client } from '@temporalio/client';
import { z } from 'zod';
import { findFile } from '../records/files/files.ts';
import { questionOf, type PageLimits } from '../records/classifiers/run-question.ts';
import type { Category } from '../domain/category.ts';
import type { ClassifyDocumentResult, StoredDocument } from '../domain/contract.ts';
import { documentGone } from '../domain/error-sentences.ts';
import type { Job } from '../domain/job.ts';
import { parseWorkflowInput, type ParsedInput } from '../domain/workflow-input.ts';
import { readJson } from '../records/json-documents.ts';
import { jobKeys } from '../records/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { readOwnStart } from './own-start.ts';
import { readJobRequest, type JobRequest, type RunRequest } from '../records/jobs/job-request.ts';
import { categoriesOfInput } from './read-categories.ts';
import type { StartJobRequest } from './start-job-request.ts';

/** A job's original request, to start its rerun with. Undefined where nobody remembers. */
export interface OriginalRequest extends Omit<
  StartJobRequest,
  'tenant' | 'jobId' | 'source' | 'categories' | 'selection'
> {
  readonly source: RerunSource;
  readonly categories: readonly Category[] | undefined;
  readonly selection: StartJobRequest['selection'] | undefined;
}

/** Where a rerun gets its document. */
export type RerunSource =
  /** An object to copy; `document` if its facts are known. */
  | { readonly copyOf: string; readonly document?: StoredDocument }
  /** The file of the run, with its URL until it has been fetched. */
  | { readonly fileId: string; readonly url?: string }
  | { readonly url: string };

export interface OriginalRequestDependencies {
  readonly client: Client;
  readonly store: ObjectStore;
  readonly pageLimits: PageLimits;
}

const instructionsSchema = z.object({ instructions: z.string().optional() });

/**
 * Reads a job's original request from the store; what was never stored comes from the input of its run, as long as
 * Temporal has that. Throws `document_missing` when its document was deleted.
 */
export async function readOriginalRequest(
  { client, store, pageLimits }: OriginalRequestDependencies,
  tenant: string,
  job: Job,
): Promise<OriginalRequest> {
  const [request = {}, start] = await Promise.all([
    readJobRequest(store, tenant, job.jobId),
    readOwnStart({ client, store }, tenant, job.jobId),
  ]);
  const { run, webhookUrl, metadata } = request;
  const input = start && parseWorkflowInput(start.input);
  const source = await findSource(store, tenant, { job, request, input });
  const fileName = input?.fileName ?? documentOf(job)?.fileName;
  const common = {
    source,
    ...(fileName !== undefined && { fileName }),
    ...(webhookUrl !== undefined && { webhookUrl }),
    ...(metadata && { metadata }),
    ...(input && { patienceSeconds: input.patienceSeconds }),
    ...(start?.priorityKey !== undefined && { priority: start.priorityKey }),
  };
  if (run) return { ...common, ...questionOf(run.config, pageLimits), run, ...reviewOf(run) };
  if (!input) return { ...common, categories: undefined, selection: undefined };
  const { unknown, catchAll, review, selection, descriptionsKey } = input;
  const instructions = await readInstructions(store, input);
  return {
    ...common,
    selection,
    categories: await categoriesOfInput(store, { categories: input.categories, descriptionsKey }),
    ...(instructions !== undefined && { instructions }),
    ...(unknown && { unknown }),
    ...(catchAll !== undefined && { catchAll }),
    ...(review && { review }),
  };
}

function reviewOf({ review }: RunRequest): Pick<StartJobRequest, 'review'> {
  if (!review) return {};
  const { belowConfidence, timeoutSeconds } = review;
  return { review: { belowConfidence, ...(timeoutSeconds !== undefined && { timeoutSeconds }) } };
}

async function readInstructions(
  store: ObjectStore,
  { instructions, instructionsKey }: ParsedInput,
): Promise<string | undefined> {
  if (instructions !== undefined || instructionsKey === undefined) return instructions;
  return (await readJson(store, instructionsKey, (value) => instructionsSchema.parse(value)))?.value.instructions;
}

interface SourceOptions {
  readonly job: Job;
  readonly request: JobRequest;
  readonly input: ParsedInput | undefined;
}

/** Finds the bytes that were judged. Fetches a URL again only if it never gave any. */
async function findSource(
  store: ObjectStore,
  tenant: string,
  { job, request, input }: SourceOptions,
): Promise<RerunSource> {
  if (request.run) return findFileOfRun(store, tenant, request.run.file.id);
  const given = input?.source;
  const document = given?.kind === 'stored' ? given.document : request.document;
  const keys = [
    given?.kind === 'stored' ? given.key : undefined,
    request.document?.key,
    jobKeys(tenant, job.jobId).source,
  ];
  for (const key of keys) {
    if (key === undefined || !(await store.head(key))) continue;
    const known = document ?? documentOf(job);
    if (!known) return { copyOf: key };
    const { sha256, sizeBytes, type } = known;
    return { copyOf: key, document: { key, sha256, sizeBytes, type } };
  }
  const url = request.url ?? (given?.kind === 'url' ? given.url : undefined);
  if (url === undefined) throw documentGone();
  return { url };
}

async function findFileOfRun(store: ObjectStore, tenant: string, fileId: string): Promise<RerunSource> {
  const file = await findFile(store, tenant, fileId);
  if (!file || (file.document && !(await store.head(file.document.key)))) throw documentGone();
  return { fileId, ...(file.url !== undefined && { url: file.url }) };
}

function documentOf(job: Job): ClassifyDocumentResult['document'] | undefined {
  return job.status === 'completed' ? job.result.document : undefined;
}
