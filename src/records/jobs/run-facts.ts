import { resolveClassifier, type ResolvedClassifier } from '../classifiers/classifier-versions.ts';
import type { ClassifyConfig } from '../classifiers/classify-config.ts';
import { findFile, type StoredFile } from '../files/files.ts';
import type { Category } from '../../domain/category.ts';
import { catchAllType } from '../../domain/classification-options.ts';
import type { ClassifyDocumentResult, ReviewFacts } from '../../domain/contract.ts';
import { ClassifierError } from '../../domain/errors.ts';
import type { Job } from '../../domain/job.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { readReview, reviewedJob } from './job-review.ts';
import { readDecidingReason } from './job-details.ts';
import { readJobRequest, type RunRequest, type RunSource } from './job-request.ts';

/** A job and all that Extend's contract tells of it: read from the store alone, so that workers can tell it as well. */
export interface RunFacts {
  readonly job: Job;
  /** Made through this contract; of another one, the request is known in part. */
  readonly isOwn: boolean;
  readonly createdAt: string;
  readonly source: RunSource;
  readonly config: ClassifyConfig;
  /** Undefined for an inline configuration. */
  readonly classifier: ResolvedClassifier | undefined;
  /** Undefined where it was deleted, and for a job of the other contract. */
  readonly file: StoredFile | undefined;
  readonly metadata: Readonly<Record<string, unknown>> | undefined;
  /** The job that this one repeats. */
  readonly rerunOf: string | undefined;
  /** Why the classifier took the document for what it said; only of a finished one, and only where it is asked for. */
  readonly reason: string | undefined;
  /** What it says so far, where it waits for a person to review that. */
  readonly awaitingReview: ReviewFacts['initial'] | undefined;
  /** Why the person who reviewed it disagrees, where they gave a reason; only where it is asked for. */
  readonly reviewReasons: readonly string[];
}

export interface RunFactsOptions {
  /** Lists go without what costs reading more of the store. */
  readonly withReason: boolean;
  /** What a job of the other contract was to be told apart by, where that is known. */
  readonly categories?: readonly Category[];
}

export async function readRunFacts(
  store: ObjectStore,
  tenant: string,
  known: Job,
  { withReason, categories }: RunFactsOptions,
): Promise<RunFacts> {
  // What is known from memory may have been reviewed through another process since.
  const review = withReason && known.status === 'completed' ? await readReview(store, tenant, known.jobId) : undefined;
  const job = review ? reviewedJob(known, review) : known;
  const request = await readJobRequest(store, tenant, job.jobId);
  const run = request?.run;
  const [classifier, file, reason] = await Promise.all([
    run?.classifier && findClassifierVersion(store, tenant, run.classifier),
    run && findFile(store, tenant, run.file.id),
    withReason && job.status === 'completed' ? readDecidingReason(store, tenant, initialOf(job.result)) : undefined,
  ]);
  return {
    job,
    isOwn: run !== undefined,
    createdAt: run?.createdAt ?? job.createdAt,
    source: run?.source ?? 'API',
    config: run?.config ?? configOf(categories ?? categoriesOf(job)),
    classifier,
    file,
    metadata: request?.metadata,
    rerunOf: request?.rerunOf,
    reason,
    awaitingReview: awaitingReview(job, run?.review),
    reviewReasons: review?.insights?.map(({ content }) => content) ?? [],
  };
}

function awaitingReview(job: Job, policy: RunRequest['review']): RunFacts['awaitingReview'] {
  if (job.status !== 'processing' || !job.voted || !policy) return undefined;
  return job.voted.confidence < policy.belowConfidence ? job.voted : undefined;
}

/** The result as the classifier left it. */
function initialOf(result: ClassifyDocumentResult): ClassifyDocumentResult {
  return { ...result, ...result.review?.initial };
}

async function findClassifierVersion(
  store: ObjectStore,
  tenant: string,
  { id, versionId }: { readonly id: string; readonly versionId: string },
): Promise<ResolvedClassifier | undefined> {
  try {
    return await resolveClassifier(store, tenant, { id, version: versionId });
  } catch (error) {
    if (error instanceof ClassifierError && error.code === 'not_found') return undefined;
    throw error;
  }
}

/** The categories of the other contract, as classifications. */
export function configOf(categories: readonly Category[]): ClassifyConfig {
  const classifications = categories.map(({ name, description = '' }) => ({ id: name, type: name, description }));
  if (classifications.some(({ type }) => type === catchAllType)) return { classifications };
  const other = { id: catchAllType, type: catchAllType, description: '' };
  return { classifications: [...classifications, other] };
}

/** What is left to say of a job that nobody remembers the request of. */
function categoriesOf(job: Job): readonly Category[] {
  if (job.status !== 'completed') return [];
  const candidates = job.result.pages.flatMap(({ candidates: named = [] }) => named.map(({ name }) => name));
  return [...new Set([job.result.classification, ...candidates])].map((name) => ({ name }));
}
