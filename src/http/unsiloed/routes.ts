import { Router, type Request, type Response } from 'express';
import type { JobService } from '../../jobs/job-service.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { invalidRequest, methodNotAllowed } from '../shared/problem.ts';
import { bindJobId, tenantOf } from '../shared/request-context.ts';
import { includable, toJobBody, type Include } from './job-body.ts';
import { submitRoute, type SubmitLimits } from './submit.ts';

export interface UnsiloedDependencies {
  readonly jobs: JobService;
  readonly store: ObjectStore;
  readonly limits: SubmitLimits;
}

/** Seconds after which a client that polls may ask again. */
const pollAfterSeconds = '1';

/** Unsiloed's `/classify`, as reference 1.8 of its contract says. */
export function unsiloedRoutes({ jobs, store, limits }: UnsiloedDependencies): Router {
  const router = Router();

  async function readJob(request: Request<{ jobId: string }>, response: Response): Promise<void> {
    const { jobId } = request.params;
    bindJobId(request, jobId);
    const includes = includesOf(request.query['include']);
    const body = toJobBody(await jobs.read(tenantOf(request), jobId), includes);
    if (body.status === 'queued' || body.status === 'processing') response.set('Retry-After', pollAfterSeconds);
    response.set('Cache-Control', 'no-store').json(body);
  }

  async function cancelJob(request: Request<{ jobId: string }>, response: Response): Promise<void> {
    const { jobId } = request.params;
    bindJobId(request, jobId);
    const job = await jobs.cancel(tenantOf(request), jobId);
    const isFinished = job.status === 'completed' || job.status === 'failed';
    response.status(isFinished ? 200 : 202).json(toJobBody(job));
  }

  router.post('/classify', ...submitRoute({ jobs, store, limits }));
  router.all('/classify', methodNotAllowed('POST'));
  router.get('/classify/:jobId', readJob);
  router.all('/classify/:jobId', methodNotAllowed('GET'));
  router.post('/classify/:jobId/cancel', cancelJob);
  router.all('/classify/:jobId/cancel', methodNotAllowed('POST'));
  return router;
}

function includesOf(value: unknown): Include[] {
  if (value === undefined || value === '') return [];
  if (typeof value !== 'string') throw invalidRequest('include', 'must be given once, as names with commas between');
  const names = value.split(',').map((name) => name.trim());
  return names.map((name) => {
    const known = includable.find((candidate) => candidate === name);
    if (!known)
      throw invalidRequest('include', `must name some of ${includable.join(', ')}; got "${name.slice(0, 40)}"`);
    return known;
  });
}
