import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import type { rerunJobs } from '../../workflows/index.ts';
import { newId } from '../records/ids.ts';
import { taskQueues, workflowTypes } from '../domain/contract.ts';
import { countOf } from '../domain/text.ts';
import { ClassifierError } from '../domain/errors.ts';
import type { OperationKind } from '../domain/job-operation.ts';
import { requestMemo } from '../domain/request-id.ts';
import { searchAttributeKeys } from '../domain/search-attributes.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { callTemporal } from '../temporal/connection.ts';
import { describeExecution } from '../temporal/executions.ts';
import { idempotencyConflict } from './idempotency.ts';
import { countJobs } from './job-filter.ts';
import {
  claimOperation,
  readOperationOutcome,
  writeOperationRequest,
  type OperationClaim,
  type OperationRequest,
} from '../records/operations/operation-request.ts';
import type { RerunChanges } from './rerun-changes.ts';
import { claimOfQuestion, isStandingOperation, type OperationQuestion } from './standing-operation.ts';
import { quoted } from './visibility-query.ts';

export interface StartOperationRequest extends OperationQuestion {
  /** The body of the request, to return with the operation. */
  readonly asked: Readonly<Record<string, unknown>>;
  /** Of the HTTP request, for the logs of workers. */
  readonly requestId?: string | undefined;
}

export interface StartOperationDependencies {
  readonly client: Client;
  readonly store: ObjectStore;
  /** Operations of one tenant under way at a time. */
  readonly maxOperations: number;
}

const startDeadlineMs = 10_000;
const operationTypes = {
  rerun: workflowTypes.rerunJobs,
  cancellation: workflowTypes.cancelJobs,
  deletion: workflowTypes.deleteJobs,
} as const satisfies Record<OperationKind, string>;

/** A cancellation is urgent; the others come behind all that somebody waits for. */
const priorityKeys = { rerun: 5, cancellation: 3, deletion: 5 } as const satisfies Record<OperationKind, number>;
const verbs = { rerun: 'Run again', cancellation: 'Cancel', deletion: 'Delete' } as const;

/**
 * Starts an operation, which then cannot be lost. The same request again is the same operation: with a key always,
 * without one while it runs and for some minutes. Throws `idempotency_conflict`, and `rate_limited` if the tenant has
 * too many operations under way.
 */
export async function startOperation(
  dependencies: StartOperationDependencies,
  request: StartOperationRequest,
): Promise<string> {
  const { client, store } = dependencies;
  const { tenant, kind, filter, changes, asked, key, requestId } = request;
  const { seed, fingerprint } = claimOfQuestion(request);
  const now = new Date();
  const own: OperationClaim = {
    operationId: newId(kind, now),
    createdAt: now.toISOString(),
    fingerprint,
  };
  const claim = await claimOperation(store, { tenant, seed }, own, (present) =>
    isStandingOperation(dependencies, request, present),
  );
  if (claim.fingerprint !== own.fingerprint) throw idempotencyConflict();
  const { operationId, createdAt } = claim;
  if (await readOperationOutcome(store, tenant, operationId)) return operationId;
  if (await describeExecution(client, operationId)) return operationId;
  await refuseTooMany(dependencies, tenant);
  const scope = { tenant, kind, until: Date.parse(createdAt) };
  const found = await countJobs(client, filter, scope);
  const stored = await writeOperationRequest(store, tenant, operationId, {
    kind,
    createdAt,
    filter,
    changes: mutable(changes),
    matched: found.running + found.completed + found.failed,
    asked,
    ...(key !== undefined && { isKeyed: true }),
    ...(requestId !== undefined && { requestId }),
  });
  await startWorkflow(client, tenant, operationId, stored);
  return operationId;
}

function mutable({ categories, pages, ...changes }: RerunChanges): OperationRequest['changes'] {
  return { ...changes, ...(categories && { categories: [...categories] }), ...(pages && { pages: [...pages] }) };
}

async function refuseTooMany({ client, maxOperations }: StartOperationDependencies, tenant: string): Promise<void> {
  const types = Object.values(operationTypes).map((type) => quoted(type));
  const query = `WorkflowType IN (${types.join(', ')}) AND Tenant = ${quoted(tenant)} AND ExecutionStatus = 'Running'`;
  const { count } = await callTemporal(client, startDeadlineMs, () => client.workflow.count(query));
  if (count < maxOperations) return;
  throw new ClassifierError(
    'rate_limited',
    `${countOf(count, 'operation')} on many jobs are under way, and more than ${maxOperations} may not be. Wait for one to end, or cancel it.`,
  );
}

async function startWorkflow(
  client: Client,
  tenant: string,
  operationId: string,
  { kind, matched, requestId }: OperationRequest,
): Promise<void> {
  const priorityKey = priorityKeys[kind];
  try {
    await callTemporal(client, startDeadlineMs, () =>
      client.workflow.start<typeof rerunJobs>(operationTypes[kind], {
        workflowId: operationId,
        taskQueue: taskQueues.workflow,
        args: [{ schemaVersion: 1, tenant, kind, priorityKey }],
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        ...requestMemo(requestId),
        staticSummary: `${verbs[kind]} ${countOf(matched, 'job')}`,
        priority: { fairnessKey: tenant, priorityKey },
        typedSearchAttributes: [{ key: searchAttributeKeys.tenant, value: tenant }],
      }),
    );
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
