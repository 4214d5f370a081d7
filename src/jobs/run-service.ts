import type { Page } from '../records/list-page.ts';
import type { ClassifyConfig } from '../records/classifiers/classify-config.ts';
import { ClassifierError } from '../domain/errors.ts';
import { isRunOver, type Job } from '../domain/job.ts';
import { addToSet, toEvaluationExample } from './review-evaluation.ts';
import { categoryOfOption, optionOfCategory } from '../domain/classification-options.ts';
import { createRun, type CreateRunDependencies, type CreateRunRequest } from './create-run.ts';
import type { ReviewJobRequest } from './review-job.ts';
import type { JobService } from './job-service.ts';
import { listRuns, type ListRunsRequest } from './list-runs.ts';
import { readFinished } from './read-listed.ts';
import { readCategories } from './read-categories.ts';
import { runStatusOf } from './run-status.ts';
import { readRunFacts, type RunFacts } from '../records/jobs/run-facts.ts';
import type { WaitRequest } from './wait-for-job.ts';

/**
 * Runs of Extend's contract, which are jobs of the other one. Looks up everything inside a tenant: another tenant's run
 * throws the same `not_found` as an id that never existed.
 */
export interface RunService {
  /** Resolves when the run cannot be lost any more, and can be read. */
  create(request: CreateRunRequest): Promise<RunFacts>;
  read(tenant: string, jobId: string): Promise<RunFacts>;
  /** Reserves a place for a wait before the run is created. Throws `rate_limited`. */
  reserveWait(tenant: string): ReservedRunWait;
  list(request: ListRunsRequest): Promise<Page<RunFacts>>;
  /**
   * Resolves when the run is cancelled, or after some seconds if it has not reacted. Throws `invalid_request` for a
   * finished run.
   */
  cancel(tenant: string, jobId: string, signal: AbortSignal): Promise<RunFacts>;
  /**
   * Gives a run a person's answer and returns the run. Throws `invalid_request` for a classification that the run
   * lacks, for a failed run, and for one under way that waits for nobody.
   */
  review(tenant: string, jobId: string, answer: RunReview): Promise<RunFacts>;
  /** Deletes the run, all its objects, and the file that came with it. */
  delete(tenant: string, jobId: string): Promise<void>;
}

export interface ReservedRunWait extends Disposable {
  /** Reads a run when it is finished, or after `waitMs`. */
  wait(request: Omit<WaitRequest, 'tenant'>): Promise<RunFacts>;
}

/** A person's answer about a run: one of its classifications, by id, type or both. */
export interface RunReview {
  readonly id?: string | undefined;
  readonly type?: string | undefined;
  readonly confidence?: number | undefined;
  readonly insights?: ReviewJobRequest['insights'];
  /** Adds the document to this set, with the answer as the expected output. */
  readonly evaluationSetId?: string | undefined;
}

export interface RunServiceDependencies extends CreateRunDependencies {
  readonly jobs: JobService;
}

/** A cancellation reaches a model call with the next heartbeat, within two seconds. */
const cancelPatienceMs = 10_000;

export function createRunService(dependencies: RunServiceDependencies): RunService {
  const { store, jobs } = dependencies;

  async function factsOf(tenant: string, job: Job): Promise<RunFacts> {
    const facts = await readRunFacts(store, tenant, job, { withReason: true });
    if (facts.isOwn) return facts;
    const categories = await readCategories(dependencies, tenant, job.jobId);
    return categories ? readRunFacts(store, tenant, job, { withReason: true, categories }) : facts;
  }

  return {
    async create(request) {
      const jobId = await createRun(dependencies, request);
      // Without progress: a busy worker would delay the answer.
      const job: Job = { jobId, status: 'processing', createdAt: new Date().toISOString() };
      return readRunFacts(store, request.tenant, job, { withReason: false });
    },
    read: async (tenant, jobId) => factsOf(tenant, await jobs.readWithoutProgress(tenant, jobId)),
    reserveWait(tenant) {
      const place = jobs.reserveWait(tenant);
      return {
        wait: async (request) => factsOf(tenant, await place.wait(request)),
        [Symbol.dispose]: () => place[Symbol.dispose](),
      };
    },
    list: (request) =>
      listRuns(
        dependencies,
        async (execution) => {
          const { tenant } = request;
          const job =
            (await readFinished(store, tenant, execution)) ?? (await jobs.readWithoutProgress(tenant, execution.jobId));
          return readRunFacts(store, tenant, job, { withReason: false });
        },
        request,
      ),
    async cancel(tenant, jobId, signal) {
      const job = await jobs.cancel(tenant, jobId);
      if (isRunOver(job)) throw runIsOver(job);
      return factsOf(tenant, await jobs.wait({ tenant, jobId, waitMs: cancelPatienceMs, signal }));
    },
    async review(tenant, jobId, { id, type, confidence, insights, evaluationSetId }) {
      const facts = await factsOf(tenant, await jobs.readWithoutProgress(tenant, jobId));
      const { classifications } = facts.config;
      const classification = categoryOfOption(classifications, { id, type });
      const expectedOutput =
        classification === undefined ? undefined : optionOfCategory(classifications, classification);
      if (classification === undefined || !expectedOutput) throw notOfThisRun(facts.config);
      const example =
        evaluationSetId === undefined
          ? undefined
          : await toEvaluationExample(store, tenant, evaluationSetId, { facts, expectedOutput });
      const job = await jobs.review({ tenant, jobId, classification, confidence, insights });
      if (example) await addToSet(store, tenant, example);
      return factsOf(tenant, job);
    },
    delete: (tenant, jobId) => jobs.delete(tenant, jobId),
  };
}

function runIsOver(job: Job): ClassifierError {
  const detail = `This run is in a terminal state already (${runStatusOf(job)}) and cannot be cancelled.`;
  return new ClassifierError('invalid_request', detail);
}

function notOfThisRun({ classifications }: ClassifyConfig): ClassifierError {
  const known = classifications
    .map(({ id, type }) => (id === type ? `"${type}"` : `"${type}" (id "${id}")`))
    .join(', ');
  return new ClassifierError('invalid_request', `The classification must be one of those of this run: ${known}.`);
}
