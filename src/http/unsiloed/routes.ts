import { pipeline } from 'node:stream/promises';
import { Router, type Request, type Response } from 'express';
import { isRunOver, type Job } from '../../domain/job.ts';
import { answerOtherMethods } from '../shared/other-methods.ts';
import { bindJobId, tenantOf } from '../shared/request-context.ts';
import { untilClosed } from '../shared/when.ts';
import { parseIncludes, toJobBodyWith } from './include.ts';
import { toJobBody } from './job-body.ts';
import { parseListQuery } from './list-query.ts';
import { rerunRoute } from './rerun.ts';
import { parseWait } from './wait.ts';
import { submitRoute, type SubmitDependencies } from './submit.ts';
import { webhookRoutes, type WebhookDependencies } from './webhook-routes.ts';
import { fieldError } from '../../domain/field-error.ts';

export type UnsiloedDependencies = SubmitDependencies & WebhookDependencies;

interface JobParameters {
  readonly jobId: string;
}

/** Seconds after which a client that polls may ask again. */
const pollAfterSeconds = '1';

/** Unsiloed's `/classify`, and what we add below it: lists, page images, reruns, cancelling, webhooks. */
export function unsiloedRoutes(dependencies: UnsiloedDependencies): Router {
  const { jobs } = dependencies;
  const router = Router();

  async function readJob(request: Request<JobParameters>, response: Response): Promise<void> {
    const { jobId } = request.params;
    bindJobId(request, jobId);
    // Express parses the query each time it is asked for it.
    const { include, wait } = request.query;
    const includes = parseIncludes(include);
    const waitMs = parseWait(wait) * 1000;
    const tenant = tenantOf(request);
    const job = await (waitMs === 0
      ? jobs.read(tenant, jobId)
      : jobs.wait({ tenant, jobId, waitMs, signal: untilClosed(response) }));
    if (job.status === 'queued' || job.status === 'processing') response.set('Retry-After', pollAfterSeconds);
    if (includes.size === 0) sendJob(response, job);
    else response.set('Cache-Control', 'no-store').json(await toJobBodyWith(includes, job, jobs, tenant));
  }

  async function listJobs(request: Request, response: Response): Promise<void> {
    const { jobs: found, nextCursor } = await jobs.list({
      tenant: tenantOf(request),
      ...parseListQuery(request.query),
    });
    const data = found.map(({ job, rerunOf }) => ({
      ...toJobBody(job),
      created_at: job.createdAt,
      ...(rerunOf !== undefined && { rerun_of: rerunOf }),
    }));
    response
      .set('Cache-Control', 'no-store')
      .json({ data, has_more: nextCursor !== undefined, next_cursor: nextCursor ?? null });
  }

  async function cancelJob(request: Request<JobParameters>, response: Response): Promise<void> {
    const { jobId } = request.params;
    bindJobId(request, jobId);
    const job = await jobs.cancel(tenantOf(request), jobId);
    response.status(isRunOver(job) ? 200 : 202).json(toJobBody(job));
  }

  async function deleteJob(request: Request<JobParameters>, response: Response): Promise<void> {
    const { jobId } = request.params;
    bindJobId(request, jobId);
    await jobs.delete(tenantOf(request), jobId);
    response.json({ job_id: jobId, deleted: true });
  }

  async function sendPageImage(
    request: Request<JobParameters & { readonly page: string }>,
    response: Response,
  ): Promise<void> {
    const { jobId, page } = request.params;
    bindJobId(request, jobId);
    if (!/^[1-9]\d{0,6}$/.test(page))
      throw fieldError('page', `must be a page number from 1; got "${page.slice(0, 40)}"`);
    const { stream, facts } = await jobs.pageImage(tenantOf(request), jobId, Number(page));
    response
      .type('image/jpeg')
      .set({ 'Content-Length': String(facts.sizeBytes), 'Cache-Control': 'private, max-age=3600' });
    await pipeline(stream, response);
  }

  // First what is asked for most: the router tries one after the other.
  router.get('/classify/:jobId', readJob);
  router.get('/classify', listJobs);
  router.post('/classify', ...submitRoute(dependencies));
  router.delete('/classify/:jobId', deleteJob);
  router.post('/classify/:jobId/cancel', cancelJob);
  router.get('/classify/:jobId/pages/:page/image', sendPageImage);
  router.post('/classify/:jobId/rerun', ...rerunRoute(dependencies));
  router.use(webhookRoutes(dependencies));
  return answerOtherMethods(router);
}

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
function sendJob(response: Response, job: Job): void {
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
