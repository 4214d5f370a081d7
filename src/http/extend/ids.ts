import { idPrefixes } from '../../records/ids.ts';
import type { RequestHandler } from 'express';
import { requestContext } from '../shared/request-context.ts';

export { idPrefixes, isId, newId, type IdKind } from '../../records/ids.ts';

/** One execution, two names: the job `X` of the one contract is the run `clr_X` of the other. */
export function runIdOf(jobId: string): string {
  return idPrefixes.classifyRun + jobId;
}

/** The job id in a run's id; undefined when it is not the id of a run. */
export function jobIdOfRun(runId: string): string | undefined {
  const { classifyRun } = idPrefixes;
  return runId.startsWith(classifyRun) && runId.length > classifyRun.length
    ? runId.slice(classifyRun.length)
    : undefined;
}

/** Extend's own name for the header, beside `X-Request-Id`. */
export const withExtendRequestId: RequestHandler = (request, response, next) => {
  response.set('x-extend-request-id', requestContext(request).requestId);
  next();
};
