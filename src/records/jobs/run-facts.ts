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

/**
 * A job and everything that Extend's contract shows of it. Comes from the store alone, so that workers can read it too.
 */
export interface RunFacts {
  readonly job: Job;
  /** The run was made through this contract. Of the other one's, only part of the request is known. */
  readonly isOwn: boolean;
  readonly createdAt: string;
  readonly source: RunSource;
  readonly config: ClassifyConfig;
  /** Undefined for an inline configuration. */
  readonly classifier: ResolvedClassifier | undefined;
  /** Undefined if it was deleted, and for a job of the other contract. */
  readonly file: StoredFile | undefined;
  readonly metadata: Readonly<Record<string, unknown>> | undefined;
  /** The job that this one repeats. */
  readonly rerunOf: string | undefined;
  /** The classifier's reason; only for a finished run, and only on request. */
  readonly reason: string | undefined;
  /** Its answer so far, if it waits for a person's review. */
  readonly awaitingReview: ReviewFacts['initial'] | undefined;
  /** Why the reviewer disagrees, if they said so; only on request. */
  readonly reviewReasons: readonly string[];
}

export interface RunFactsOptions {
  /** Lists leave out what would cost more reads of the store. */
  readonly withReason: boolean;
  /** The categories of a job of the other contract, if known. */
  readonly categories?: readonly Category[];
}

export async function readRunFacts(
  store: ObjectStore,
  tenant: string,
  known: Job,
  { withReason, categories }: RunFactsOptions,
): Promise<RunFacts> {
  // The remembered job may have been reviewed through another process since.
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

/** The categories of a job whose request is forgotten. */
function categoriesOf(job: Job): readonly Category[] {
  if (job.status !== 'completed') return [];
  const candidates = job.result.pages.flatMap(({ candidates: named = [] }) => named.map(({ name }) => name));
  return [...new Set([job.result.classification, ...candidates])].map((name) => ({ name }));
}
