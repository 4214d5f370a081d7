import { createHash } from 'node:crypto';
import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import type { rerunJobs } from '../../workflows/index.ts';
import { newId } from '../records/ids.ts';
import { taskQueues, workflowTypes } from '../domain/contract.ts';
import { countOf } from '../domain/text.ts';
import { ClassifierError } from '../domain/errors.ts';
import type { JobFilter, OperationKind } from '../domain/job-operation.ts';
import { requestMemo } from '../domain/request-id.ts';
import { searchAttributeKeys } from '../domain/search-attributes.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { callTemporal } from '../temporal/connection.ts';
import { describeExecution } from '../temporal/executions.ts';
import { idempotencyConflict, refuseBadKey } from './idempotency.ts';
import { countJobs } from './job-filter.ts';
import {
  claimOperation,
  readOperationOutcome,
  writeOperationRequest,
  type OperationClaim,
  type OperationRequest,
} from '../records/operations/operation-request.ts';
import type { RerunChanges } from './rerun-changes.ts';
import { fingerprintOfChanges } from './rerun-job.ts';
import { quoted } from './visibility-query.ts';

export interface StartOperationRequest {
  readonly tenant: string;
  readonly kind: OperationKind;
  readonly filter: JobFilter;
  /** Of a rerun. */
  readonly changes: RerunChanges;
  /** The body of the request, to be given back. */
  readonly asked: Readonly<Record<string, unknown>>;
  /** The caller's `Idempotency-Key`. */
  readonly key?: string | undefined;
  /** Of the HTTP request, for the logs of workers. */
  readonly requestId?: string | undefined;
}

export interface StartOperationDependencies {
  readonly client: Client;
  readonly store: ObjectStore;
  /** How many operations of one tenant may be under way. */
  readonly maxOperations: number;
}

const startDeadlineMs = 10_000;
/**
 * The same request without a key that comes so soon is a second click. A document is judged for money; to cancel or delete twice does no harm, and
 * who does so after a while means what has come since.
 */
const sameClickMs = { rerun: 10 * 60 * 1000, cancellation: 10_000, deletion: 10_000 } as const;

export const operationTypes = {
  rerun: workflowTypes.rerunJobs,
  cancellation: workflowTypes.cancelJobs,
  deletion: workflowTypes.deleteJobs,
} as const satisfies Record<OperationKind, string>;

/** Who cancels wants it now; the others come behind all that somebody waits for. */
const priorityKeys = { rerun: 5, cancellation: 3, deletion: 5 } as const satisfies Record<OperationKind, number>;
const verbs = { rerun: 'Run again', cancellation: 'Cancel', deletion: 'Delete' } as const;

/**
 * Starts an operation; from there it cannot be lost. The same request again is the same operation: with a key always, without one while it
 * lasts, and for some minutes. Throws `idempotency_conflict`, and `rate_limited` where too many operations of the tenant are under way.
 */
export async function startOperation(
  dependencies: StartOperationDependencies,
  request: StartOperationRequest,
): Promise<string> {
  const { client, store } = dependencies;
  const { tenant, kind, filter, changes, asked, key, requestId } = request;
  if (key !== undefined) refuseBadKey(key);
  const now = new Date();
  const own: OperationClaim = {
    operationId: newId(kind, now),
    createdAt: now.toISOString(),
    fingerprint: fingerprintOf(request),
  };
  const seed = key === undefined ? `request\0${kind}\0${own.fingerprint}` : `key\0${kind}\0${key}`;
  const claim = await claimOperation(store, { tenant, seed }, own, async (present) =>
    key === undefined ? stands(dependencies, request, present) : true,
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
    ...(requestId !== undefined && { requestId }),
  });
  await startWorkflow(client, tenant, operationId, stored);
  return operationId;
}

/** A rerun that comes again while the first one lasts, or what comes so soon that its sender cannot have seen what came of the first. */
async function stands(
  { client, store }: StartOperationDependencies,
  { tenant, kind }: StartOperationRequest,
  { operationId, createdAt }: OperationClaim,
): Promise<boolean> {
  const outcome = await readOperationOutcome(store, tenant, operationId);
  if (outcome && outcome.status !== 'completed') return false;
  if (Date.now() - Date.parse(createdAt) < sameClickMs[kind]) return true;
  if (outcome || kind !== 'rerun') return false;
  const execution = await describeExecution(client, operationId);
  return execution !== undefined && execution.closeTime === undefined;
}

/** As JSON has it: without what is undefined, and in one order. */
function fingerprintOf({ kind, filter, changes }: StartOperationRequest): string {
  const told = Object.entries(filter).filter(([, value]) => value !== undefined);
  const filters = told.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([kind, filters, fingerprintOfChanges(changes)]))
    .digest('hex');
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
