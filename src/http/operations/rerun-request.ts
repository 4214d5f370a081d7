import type { Request } from 'express';
import type { RerunRequest } from '../../jobs/job-service.ts';
import { parseJsonBody } from '../extend/json-body.ts';
import { requestContext, tenantOf } from '../shared/request-context.ts';
import type { PageLimits } from '../unsiloed/submission.ts';
import { rerunSchema, toRerunChanges } from './rerun-schemas.ts';

/** Reads a request to run a job again, which may have no body. Throws `invalid_request` naming the field. */
export function toRerunRequest<P>(request: Request<P>, jobId: string, limits: PageLimits): RerunRequest {
  const body = hasBody(request) ? parseJsonBody(rerunSchema, request) : {};
  return {
    tenant: tenantOf(request),
    jobId,
    changes: toRerunChanges(body, limits),
    key: request.get('idempotency-key'),
    requestId: requestContext(request).requestId,
  };
}

function hasBody(request: Pick<Request, 'get'>): boolean {
  return request.get('transfer-encoding') !== undefined || Number(request.get('content-length') ?? 0) > 0;
}
