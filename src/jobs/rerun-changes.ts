import type { ClassifyConfig } from '../records/classifiers/classify-config.ts';
import { resolveClassifier } from '../records/classifiers/classifier-versions.ts';
import { resolveReference } from '../records/resolve-reference.ts';
import { questionOf, withOverride, type ConfigOverride, type PageLimits } from '../records/classifiers/run-question.ts';
import type { Category } from '../domain/category.ts';
import type { ClassifierError } from '../domain/errors.ts';
import { fieldError } from '../domain/field-error.ts';
import type { PageRange } from '../domain/page-selection.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { OriginalRequest } from './original-request.ts';
import { priorityKeyOf } from './create-run.ts';
import type { RunRequest } from '../records/jobs/job-request.ts';
import { configOf } from '../records/jobs/run-facts.ts';
import type { StartJobRequest } from './start-job-request.ts';

/** What a rerun changes. */
export interface RerunChanges {
  readonly categories?: readonly Category[] | undefined;
  readonly instructions?: string | undefined;
  readonly pages?: readonly PageRange[] | undefined;
  readonly maxPages?: number | undefined;
  /** Another version of the job's classifier: `latest`, a number, or an id. */
  readonly classifierVersion?: string | undefined;
  /** `false` sends no webhook at its end. */
  readonly webhook?: boolean | undefined;
  /** 0 (first) to 100. */
  readonly priority?: number | undefined;
}

/** A rerun whose document is not in place yet. */
export type RepeatedRequest = Omit<StartJobRequest, 'tenant' | 'jobId' | 'source'> & Pick<OriginalRequest, 'source'>;

export interface ChangeDependencies {
  readonly store: ObjectStore;
  readonly pageLimits: PageLimits;
}

/** Applies the changes to the original request. Throws `invalid_request` if they do not fit the job. */
export async function applyChanges(
  dependencies: ChangeDependencies,
  tenant: string,
  asked: OriginalRequest,
  changes: RerunChanges,
): Promise<RepeatedRequest> {
  const { webhook, priority } = changes;
  const { webhookUrl, categories: _categories, selection: _selection, instructions: _, catchAll: __, ...rest } = asked;
  const question = asked.run
    ? await changedRun(dependencies, tenant, asked.run, changes)
    : changedJob(dependencies, asked, changes);
  return {
    ...rest,
    ...question,
    ...(priority !== undefined && { priority: priorityKeyOf(priority) }),
    ...(webhook === false ? { isSilent: true } : webhookUrl !== undefined && { webhookUrl }),
  };
}

function changedJob(
  { pageLimits }: ChangeDependencies,
  asked: OriginalRequest,
  {
    categories = asked.categories,
    instructions = asked.instructions,
    pages,
    maxPages,
    classifierVersion,
  }: RerunChanges,
): Pick<StartJobRequest, 'categories' | 'selection' | 'instructions' | 'catchAll'> {
  if (classifierVersion !== undefined) throw notOfAClassifier();
  if (!categories) throw categoriesForgotten();
  const { selection = { ranges: [], maxPages: pageLimits.defaultPages }, catchAll } = asked;
  const hasCatchAll = categories.some(({ name }) => name === catchAll);
  return {
    categories,
    selection: {
      ranges: pages ?? selection.ranges,
      maxPages: maxPages ?? (pages ? pageLimits.maxPages : selection.maxPages),
    },
    ...(instructions !== undefined && instructions.trim() !== '' && { instructions }),
    ...(hasCatchAll && catchAll !== undefined && { catchAll }),
  };
}

/** Changes a run's configuration, which the API shows with the run. */
async function changedRun(
  { store, pageLimits }: ChangeDependencies,
  tenant: string,
  run: RunRequest,
  changes: RerunChanges,
): Promise<ReturnType<typeof questionOf> & { readonly run: RunRequest }> {
  const { classifierVersion, maxPages } = changes;
  const version = classifierVersion === undefined ? undefined : await versionOf(store, tenant, run, classifierVersion);
  const config = withOverride(version?.config ?? run.config, overrideOf(version?.config ?? run.config, changes));
  const question = questionOf(config, pageLimits);
  const { batchId: _batchId, classifier, ...own } = run;
  return {
    ...question,
    selection: { ...question.selection, ...(maxPages !== undefined && { maxPages }) },
    run: {
      ...own,
      config,
      // A rerun does not belong to the batch, which is over.
      source: run.source === 'BATCH_PROCESSOR_RUN' ? 'API' : run.source,
      createdAt: new Date().toISOString(),
      ...(classifier && { classifier: version ? { id: classifier.id, versionId: version.id } : classifier }),
    },
  };
}

async function versionOf(
  store: ObjectStore,
  tenant: string,
  { classifier }: RunRequest,
  version: string,
): Promise<{ readonly id: string; readonly config: ClassifyConfig }> {
  if (!classifier) throw notOfAClassifier();
  return (
    await resolveReference('classifier_version', resolveClassifier(store, tenant, { id: classifier.id, version }))
  ).version;
}

const largestPage = 1_000_000;

function overrideOf(config: ClassifyConfig, { categories, instructions, pages }: RerunChanges): ConfigOverride {
  return {
    ...(categories && { classifications: configOf(categories).classifications }),
    ...(instructions !== undefined && { classificationRules: instructions }),
    ...(pages && {
      advancedOptions: {
        ...config.advancedOptions,
        pageRanges: pages.map(({ first, last = largestPage }) => ({ start: first, end: last })),
      },
    }),
  };
}

function notOfAClassifier(): ClassifierError {
  return fieldError('classifier_version', 'names a version of a classifier, and this job is of none');
}

function categoriesForgotten(): ClassifierError {
  return fieldError('categories', 'are needed: the original categories of this old job are no longer known');
}
