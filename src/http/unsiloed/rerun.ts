import type { Request, RequestHandler, Response } from 'express';
import type { JobService } from '../../jobs/job-service.ts';
import { toRerunRequest } from '../operations/rerun-request.ts';
import { bindJobId, requestContext } from '../shared/request-context.ts';
import type { PageLimits } from './submission.ts';
import { jsonBody } from '../shared/json-shape.ts';
import { maxFormBytes } from './submit.ts';

export interface RerunDependencies {
  readonly jobs: JobService;
  readonly limits: PageLimits & { readonly maxJsonValues: number };
}

/** `POST /classify/{job_id}/rerun`: the handlers in their order. */
export function rerunRoute({ jobs, limits }: RerunDependencies): readonly RequestHandler<{ jobId: string }>[] {
  async function rerun(request: Request<{ jobId: string }>, response: Response): Promise<void> {
    const { jobId } = request.params;
    bindJobId(request, jobId);
    const { jobId: newId, quotaRemaining } = await jobs.rerun(toRerunRequest(request, jobId, limits));
    requestContext(request).log.info({ rerunId: newId }, 'job started again');
    response
      .status(202)
      .set({ Location: `${request.baseUrl}/classify/${encodeURIComponent(newId)}`, 'Retry-After': '2' })
      .json({
        job_id: newId,
        status: 'processing',
        message: 'Classification started',
        rerun_of: jobId,
        ...(quotaRemaining !== undefined && { quota_remaining: quotaRemaining }),
      });
  }

  return [jsonBody({ limitBytes: maxFormBytes, maxValues: limits.maxJsonValues }), rerun];
}
