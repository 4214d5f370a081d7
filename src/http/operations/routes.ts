import { Router, type Request, type Response } from 'express';
import type { OperationKind } from '../../domain/job-operation.ts';
import type { DryRun } from '../../jobs/dry-run.ts';
import type { FoundJobs } from '../../jobs/job-filter.ts';
import type { JobOperation, OperationService } from '../../jobs/operation-service.ts';
import { parseJsonBody } from '../extend/json-body.ts';
import { jsonBody } from '../shared/json-shape.ts';
import { answerOtherMethods } from '../shared/other-methods.ts';
import { requestContext, tenantOf } from '../shared/request-context.ts';
import { firstSegment, untilClosed } from '../shared/when.ts';
import { limitOf, textOf } from '../unsiloed/list-query.ts';
import type { PageLimits } from '../unsiloed/submission.ts';
import {
  cancellationsSchema,
  deletionsSchema,
  rerunsSchema,
  toJobFilter,
  type OperationBody,
  type RerunDryRunBody,
} from './operation-schemas.ts';
import { toRerunChanges } from './rerun-schemas.ts';

export interface OperationDependencies {
  readonly operations: OperationService;
  readonly limits: PageLimits & { readonly maxJsonValues: number };
}

const maxBodyBytes = 2_000_000;

interface OperationParameters {
  readonly operationId: string;
}

const kinds: Readonly<Record<string, OperationKind>> = {
  reruns: 'rerun',
  cancellations: 'cancellation',
  deletions: 'deletion',
};

/** Whether a request concerns an operation on many jobs. */
export function isOperationRequest(request: Request): boolean {
  return Object.hasOwn(kinds, firstSegment(request));
}

/** `/reruns`, `/cancellations` and `/deletions`: what is done with all jobs that a filter finds. */
export function operationRoutes(dependencies: OperationDependencies): Router {
  const router = Router();
  router.use(jsonBody({ limitBytes: maxBodyBytes, maxValues: dependencies.limits.maxJsonValues }));
  for (const [name, kind] of Object.entries(kinds)) addRoutes(router, name, kind, dependencies);
  return answerOtherMethods(router);
}

function addRoutes(router: Router, name: string, kind: OperationKind, dependencies: OperationDependencies): void {
  const { operations, limits } = dependencies;

  async function start(request: Request, response: Response): Promise<void> {
    const tenant = tenantOf(request);
    const { body, changes } = bodyOf(request, kind, limits);
    const { dry_run: isDryRun, ...asked } = body;
    const filter = toJobFilter(body.filter);
    const key = request.get('idempotency-key');
    if (isDryRun && kind === 'rerun') {
      const question = { tenant, kind, filter, changes, key };
      response.json(toDryRunBody(await operations.dryRun(question, untilClosed(response))));
      return;
    }
    if (isDryRun) {
      const found = await operations.count({ tenant, kind, filter });
      response.json({ dry_run: true, matched: sumOf(found), by_status: found });
      return;
    }
    const { requestId, log } = requestContext(request);
    const operation = await operations.start({ tenant, kind, filter, changes, asked, key, requestId });
    const { operationId, matched } = operation;
    log.info({ operationId, kind, matched }, 'operation on many jobs started');
    response
      .status(202)
      .set({ Location: `/${name}/${operationId}`, 'Retry-After': '2' })
      .json(toOperationBody(operation));
  }

  async function read(request: Request<OperationParameters>, response: Response): Promise<void> {
    const { operationId } = request.params;
    const tenant = tenantOf(request);
    const operation = await operations.read(tenant, kind, operationId);
    const jobs = kind === 'rerun' ? await operations.countReruns(operationId) : undefined;
    response.set('Cache-Control', 'no-store').json({ ...toOperationBody(operation), ...(jobs && { jobs }) });
  }

  async function list(request: Request, response: Response): Promise<void> {
    const { query } = request;
    const cursor = textOf(query, 'cursor');
    const { items, nextPageToken } = await operations.list(tenantOf(request), kind, {
      maxPageSize: limitOf(textOf(query, 'limit')),
      sortDir: 'desc',
      ...(cursor !== undefined && { nextPageToken: cursor, cursorField: 'cursor' }),
    });
    response.set('Cache-Control', 'no-store').json({
      data: items.map((operation) => toOperationBody(operation)),
      has_more: nextPageToken !== undefined,
      next_cursor: nextPageToken ?? null,
    });
  }

  async function cancel(request: Request<OperationParameters>, response: Response): Promise<void> {
    const operation = await operations.cancel(tenantOf(request), kind, request.params.operationId);
    response.status(operation.status === 'running' ? 202 : 200).json(toOperationBody(operation));
  }

  router.post(`/${name}`, start);
  router.get(`/${name}`, list);
  router.get(`/${name}/:operationId`, read);
  router.post(`/${name}/:operationId/cancel`, cancel);
}

function bodyOf(request: Request, kind: OperationKind, limits: PageLimits) {
  if (kind === 'rerun') {
    const body = parseJsonBody(rerunsSchema, request);
    return { body, changes: toRerunChanges(body, limits) };
  }
  const schema = kind === 'cancellation' ? cancellationsSchema : deletionsSchema;
  return { body: parseJsonBody(schema, request), changes: {} };
}

function sumOf({ running, completed, failed }: FoundJobs): number {
  return running + completed + failed;
}

function toDryRunBody({ found, wouldRerun, skippedBy, failedBy, unexamined, operationId }: DryRun): RerunDryRunBody {
  return {
    dry_run: true,
    matched: sumOf(found),
    by_status: found,
    would_rerun: wouldRerun,
    skipped: skippedBy,
    would_fail: failedBy,
    ...(unexamined > 0 && { not_examined: unexamined }),
    ...(operationId !== undefined && { operation_id: operationId }),
  };
}

function toOperationBody(operation: JobOperation): OperationBody {
  const { operationId, status, createdAt, finishedAt, asked, matched, counts, errors, skippedBy = {} } = operation;
  return {
    id: operationId,
    status,
    created_at: createdAt,
    finished_at: finishedAt ?? null,
    asked,
    matched,
    counts,
    skipped: skippedBy,
    errors: errors.map(({ code, count, jobId }) => ({ code, count, example_job_id: jobId })),
  };
}
