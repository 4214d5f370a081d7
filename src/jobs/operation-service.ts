import { WorkflowNotFoundError } from '@temporalio/client';
import { z } from 'zod';
import { takePage, type Page, type PageQuery } from '../records/list-page.ts';
import { isId } from '../records/ids.ts';
import { workflowTypes } from '../domain/contract.ts';
import { ClassifierError } from '../domain/errors.ts';
import { noProgress, progressMemo, type OperationKind, type OperationProgress } from '../domain/job-operation.ts';
import { operationsPrefix } from '../records/keys.ts';
import { callTemporal } from '../temporal/connection.ts';
import { describeExecution } from '../temporal/executions.ts';
import { countJobs, type FoundJobs } from './job-filter.ts';
import {
  findOperationRequest,
  markStopped,
  readOperationOutcome,
  type OperationRequest,
} from '../records/operations/operation-request.ts';
import { dryRunOfRerun, type DryRun, type DryRunDependencies } from './dry-run.ts';
import type { OperationQuestion } from './standing-operation.ts';
import { startOperation, type StartOperationDependencies, type StartOperationRequest } from './start-operation.ts';
import { quoted } from './visibility-query.ts';

export type { StartOperationRequest } from './start-operation.ts';

export type OperationStatus = 'running' | 'completed' | 'cancelled' | 'failed';

/**
 * The API's view of an operation on many jobs: one workflow execution, whose workflow id is the operation's, and those
 * that it continued as.
 */
export interface JobOperation extends OperationProgress {
  readonly operationId: string;
  readonly status: OperationStatus;
  readonly createdAt: string;
  readonly finishedAt?: string;
  readonly matched: number;
  readonly asked: OperationRequest['asked'];
}

/**
 * Operations on all jobs that a filter finds. Another tenant's throw the same `not_found` as an id that never existed.
 */
export interface OperationService {
  /** Resolves when Temporal has the operation; then it cannot be lost. */
  start(request: StartOperationRequest): Promise<JobOperation>;
  /** What a rerun would do now; `signal` stops it when the caller has gone. Throws `idempotency_conflict`. */
  dryRun(question: OperationQuestion, signal: AbortSignal): Promise<DryRun>;
  /** Counts what the filter finds now. */
  count(request: Pick<StartOperationRequest, 'tenant' | 'kind' | 'filter'>): Promise<FoundJobs>;
  read(tenant: string, kind: OperationKind, operationId: string): Promise<JobOperation>;
  /** Counts the jobs of a rerun by status. */
  countReruns(operationId: string): Promise<FoundJobs>;
  list(tenant: string, kind: OperationKind, query: PageQuery): Promise<Page<JobOperation>>;
  /** Asks an operation to stop, which takes a moment. A finished one stays, and so does all that is done. */
  cancel(tenant: string, kind: OperationKind, operationId: string): Promise<JobOperation>;
}

export interface OperationServiceDependencies extends StartOperationDependencies, DryRunDependencies {}

const deadlineMs = 10_000;

const progressSchema = z.object({
  counts: z.object({ done: z.number(), skipped: z.number(), failed: z.number() }),
  errors: z.array(z.object({ code: z.string(), count: z.number(), jobId: z.string() })),
  skippedBy: z.record(z.string(), z.number()).optional(),
});

export function createOperationService(dependencies: OperationServiceDependencies): OperationService {
  const { client, store } = dependencies;

  async function read(tenant: string, kind: OperationKind, operationId: string): Promise<JobOperation> {
    const found = await find(tenant, kind, operationId);
    if (!found) throw operationNotFound(kind);
    return found;
  }

  async function find(tenant: string, kind: OperationKind, operationId: string): Promise<JobOperation | undefined> {
    const request = await findOperationRequest(store, tenant, kind, operationId);
    if (!request) return undefined;
    const { createdAt, matched, asked } = request;
    const common = { operationId, createdAt, matched, asked };
    const outcome = await readOperationOutcome(store, tenant, operationId);
    if (outcome) return { ...common, ...outcome };
    const execution = await describeExecution(client, operationId);
    if (!execution) return undefined;
    const { data: progress = noProgress } = progressSchema.safeParse(execution.memo?.[progressMemo]);
    const { closeTime } = execution;
    // An operator has terminated it, so it stored no outcome.
    if (closeTime) return { ...common, ...progress, status: 'cancelled', finishedAt: closeTime.toISOString() };
    return { ...common, ...progress, status: 'running' };
  }

  return {
    read,
    start: async (request) => read(request.tenant, request.kind, await startOperation(dependencies, request)),
    dryRun: (question, signal) => dryRunOfRerun(dependencies, question, signal),
    count: ({ tenant, kind, filter }) => countJobs(client, filter, { tenant, kind, until: Date.now() }),
    async countReruns(operationId) {
      const type = quoted(workflowTypes.classifyDocument);
      const query = `WorkflowType = ${type} AND Batch = ${quoted(operationId)} GROUP BY ExecutionStatus`;
      const { groups } = await callTemporal(client, deadlineMs, () => client.workflow.count(query));
      const counts = { running: 0, completed: 0, failed: 0 };
      for (const { groupValues, count } of groups) counts[groupOf(String(groupValues[0]))] += count;
      return counts;
    },
    async list(tenant, kind, query) {
      const ids = await Array.fromAsync(store.folders(operationsPrefix(tenant)));
      const entries = ids
        .filter((id) => isId(kind, id))
        .map((id) => ({ position: id, read: () => find(tenant, kind, id) }));
      return takePage(entries, `operations\0${tenant}\0${kind}`, query);
    },
    async cancel(tenant, kind, operationId) {
      const operation = await read(tenant, kind, operationId);
      if (operation.status !== 'running') return operation;
      await markStopped(store, tenant, operationId);
      try {
        await callTemporal(client, deadlineMs, () => client.workflow.getHandle(operationId).cancel());
        return operation;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return read(tenant, kind, operationId);
        throw error;
      }
    },
  };
}

function groupOf(status: string): keyof FoundJobs {
  if (status === 'Running' || status === 'Paused') return 'running';
  return status === 'Completed' ? 'completed' : 'failed';
}

function operationNotFound(kind: OperationKind): ClassifierError {
  return new ClassifierError('not_found', `There is no such ${kind}.`);
}
