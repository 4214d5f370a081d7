import { isRunOver } from '../../../domain/job.ts';
import { Router, type Request, type Response } from 'express';
import { resolveClassifier } from '../../../records/classifiers/classifier-versions.ts';
import { withOverride, type PageLimits } from '../../../records/classifiers/run-question.ts';
import { ClassifierError } from '../../../domain/errors.ts';
import { parseAllowedNetworks } from '../../../domain/source-url.ts';
import type { CreateRunRequest } from '../../../jobs/create-run.ts';
import type { JobService } from '../../../jobs/job-service.ts';
import type { RunFacts } from '../../../records/jobs/run-facts.ts';
import type { RunService } from '../../../jobs/run-service.ts';
import type { ObjectStore } from '../../../storage/object-store.ts';
import { toRerunRequest } from '../../operations/rerun-request.ts';
import { baseUrlOf, type PublicUrl } from '../../shared/base-url.ts';
import { answerOptions } from '../../shared/other-methods.ts';
import { refuseLongerPatience } from '../../shared/patience.ts';
import { bindJobId, requestContext, tenantOf } from '../../shared/request-context.ts';
import { untilClosed } from '../../shared/when.ts';
import { refuseFormAsJson } from '../is-extend-request.ts';
import { jobIdOfRun, runIdOf } from '../ids.ts';
import { parseJsonBody } from '../json-body.ts';
import { toListBody } from '../list.ts';
import { reviewSchema } from './review-schemas.ts';
import { toRunBody, toRunSummary } from './body.ts';
import { parseRunListQuery } from './list-query.ts';
import { toRunReviewBody } from './outputs.ts';
import { createRunSchema, toRunFileInput } from './request-schemas.ts';

export interface ClassifyRunDependencies extends PublicUrl, PageLimits {
  readonly jobs: Pick<JobService, 'rerun'>;
  readonly runs: RunService;
  readonly store: ObjectStore;
  /** Addresses that a URL may name although they are private. */
  readonly allowedNetworks: readonly string[];
  /** How long the synchronous call waits: the SDK must get an answer about a slow run before it gives up by itself. */
  readonly syncWaitMs: number;
  /** Longest patience that a request may ask for. */
  readonly patienceSeconds: number;
}

interface RunParameters {
  readonly runId: string;
}

/** Extend's `/classify_runs`, and `/classify`, which answers when the run is over. */
export function classifyRunRoutes(dependencies: ClassifyRunDependencies): Router {
  const { jobs, runs, store, syncWaitMs } = dependencies;
  const allowed = parseAllowedNetworks(dependencies.allowedNetworks);
  const router = Router();

  async function start(request: Request, response: Response): Promise<RunFacts> {
    const run = await runs.create(await toCreateRequest(request, untilClosed(response)));
    bindJobId(request, run.job.jobId);
    requestContext(request).log.info({ type: run.file?.document?.type }, 'run started');
    return run;
  }

  async function toCreateRequest(request: Request, signal: AbortSignal): Promise<CreateRunRequest> {
    const tenant = tenantOf(request);
    const { file, classifier, config, metadata, priority, review, patienceSeconds } = parseJsonBody(
      createRunSchema,
      request,
    );
    refuseLongerPatience('patienceSeconds', patienceSeconds, dependencies.patienceSeconds);
    const { requestId } = requestContext(request);
    const asked = {
      tenant,
      file: toRunFileInput(file, allowed),
      metadata,
      priority,
      review,
      patienceSeconds,
      requestId,
      signal,
    };
    if (config) return { ...asked, config };
    const { id = '', version, overrideConfig } = classifier ?? {};
    const resolved = await resolveClassifier(store, tenant, { id, version });
    return {
      ...asked,
      config: withOverride(resolved.version.config, overrideConfig),
      classifier: { id: resolved.classifier.id, versionId: resolved.version.id },
    };
  }

  async function create(request: Request, response: Response): Promise<void> {
    const run = await start(request, response);
    response.json(toRunBody(run, baseUrlOf(request, dependencies)));
  }

  async function classify(request: Request, response: Response): Promise<void> {
    refuseFormAsJson(request.body);
    using place = runs.reserveWait(tenantOf(request));
    const { jobId } = (await start(request, response)).job;
    const run = await place.wait({ jobId, waitMs: syncWaitMs, signal: untilClosed(response) });
    if (!isRunOver(run.job)) throw notOverInTime(jobId, syncWaitMs);
    response.json(toRunBody(run, baseUrlOf(request, dependencies)));
  }

  async function list(request: Request, response: Response): Promise<void> {
    const { items, nextPageToken } = await runs.list({
      tenant: tenantOf(request),
      ...parseRunListQuery(request.query),
    });
    const baseUrl = baseUrlOf(request, dependencies);
    response.json(
      toListBody(
        items.map((run) => toRunSummary(run, baseUrl)),
        nextPageToken,
      ),
    );
  }

  async function read(request: Request<RunParameters>, response: Response): Promise<void> {
    const run = await known(request, (jobId) => runs.read(tenantOf(request), jobId));
    response.set('Cache-Control', 'no-store').json(toRunBody(run, baseUrlOf(request, dependencies)));
  }

  async function cancel(request: Request<RunParameters>, response: Response): Promise<void> {
    const run = await known(request, (jobId) => runs.cancel(tenantOf(request), jobId, untilClosed(response)));
    response.json(toRunBody(run, baseUrlOf(request, dependencies)));
  }

  async function readReview(request: Request<RunParameters>, response: Response): Promise<void> {
    const run = await known(request, (jobId) => runs.read(tenantOf(request), jobId));
    response.set('Cache-Control', 'no-store').json(toRunReviewBody(run));
  }

  async function takeReview(request: Request<RunParameters>, response: Response): Promise<void> {
    const { type, output = { type }, evaluationSetId } = parseJsonBody(reviewSchema, request);
    const answer = { ...output, evaluationSetId };
    const run = await known(request, (jobId) => runs.review(tenantOf(request), jobId, answer));
    requestContext(request).log.info('run reviewed');
    response.json(toRunBody(run, baseUrlOf(request, dependencies)));
  }

  async function rerun(request: Request<RunParameters>, response: Response): Promise<void> {
    const run = await known(request, async (jobId) => {
      const { jobId: newId } = await jobs.rerun(toRerunRequest(request, jobId, dependencies));
      requestContext(request).log.info({ rerunId: newId }, 'run started again');
      return runs.read(tenantOf(request), newId);
    });
    response.json(toRunBody(run, baseUrlOf(request, dependencies)));
  }

  async function remove(request: Request<RunParameters>, response: Response): Promise<void> {
    await known(request, (jobId) => runs.delete(tenantOf(request), jobId));
    response.json({ id: request.params.runId });
  }

  router.post('/classify', classify);
  router.post('/classify_runs', create);
  router.get('/classify_runs', list);
  router.get('/classify_runs/:runId', read);
  router.delete('/classify_runs/:runId', remove);
  router.post('/classify_runs/:runId/cancel', cancel);
  router.post('/classify_runs/:runId/rerun', rerun);
  router.get('/classify_runs/:runId/review', readReview);
  router.post('/classify_runs/:runId/review', takeReview);
  return answerOptions(router);
}

/** Answers an invalid id, another tenant's run and an id that never existed alike. */
async function known<T>(request: Request<RunParameters>, use: (jobId: string) => Promise<T>): Promise<T> {
  const { runId } = request.params;
  const jobId = jobIdOfRun(runId);
  try {
    if (jobId === undefined) throw runNotFound(runId);
    bindJobId(request, jobId);
    return await use(jobId);
  } catch (error) {
    // What names a field of the body is about another thing.
    const isRun = error instanceof ClassifierError && error.code === 'not_found' && error.errors.length === 0;
    throw isRun ? runNotFound(runId) : error;
  }
}

function runNotFound(runId: string): ClassifierError {
  return new ClassifierError('not_found', `There is no classify run ${JSON.stringify(runId.slice(0, 80))}.`);
}

function notOverInTime(jobId: string, waitMs: number): ClassifierError {
  const seconds = waitMs / 1000;
  const detail = `The run did not finish within ${seconds} s. It continues: read it with GET /classify_runs/${runIdOf(jobId)}.`;
  return new ClassifierError('deadline_exceeded', detail);
}
