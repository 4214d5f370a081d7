import { createHash } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { workflowTypes } from '../domain/contract.ts';
import type { JobFilter, OperationKind, OperationOutcome } from '../domain/job-operation.ts';
import { mapBounded } from '../domain/map-bounded.ts';
import { jobKeys } from '../records/keys.ts';
import {
  findOperationClaim,
  isMarkedStopped,
  readOperationOutcome,
  type OperationClaim,
} from '../records/operations/operation-request.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { callTemporal } from '../temporal/connection.ts';
import { describeExecution, listExecutions } from '../temporal/executions.ts';
import { idempotencyConflict, refuseBadKey } from './idempotency.ts';
import type { RerunChanges } from './rerun-changes.ts';
import { fingerprintOfChanges } from './rerun-job.ts';
import { quoted } from './visibility-query.ts';

/** What makes two requests for an operation equal. */
export interface OperationQuestion {
  readonly tenant: string;
  readonly kind: OperationKind;
  readonly filter: JobFilter;
  /** Of a rerun. */
  readonly changes: RerunChanges;
  /** The caller's `Idempotency-Key`. */
  readonly key?: string | undefined;
}

export interface StandingOperationDependencies {
  readonly client: Client;
  readonly store: ObjectStore;
}

/**
 * An equal request without a key within this time is a second click. Judging documents costs money; cancelling or
 * deleting twice does no harm, and a later repeat is meant for newer jobs.
 */
const sameClickMs = { rerun: 10 * 60 * 1000, cancellation: 10_000, deletion: 10_000 } as const;
/** Temporal's visibility lists a job a moment after its start. */
const visibilityLagMs = 10_000;
const deadlineMs = 10_000;
/** Among more jobs than this, only those that Temporal has forgotten go unnoticed. */
const lookedAtMost = 1000;
const looksAtOnce = 16;

/**
 * Ties equal requests to one operation; `fingerprint` hashes what they ask. Throws `invalid_request` for an invalid
 * key.
 */
export function claimOfQuestion(question: OperationQuestion): { readonly seed: string; readonly fingerprint: string } {
  const { kind, key } = question;
  if (key !== undefined) refuseBadKey(key);
  const fingerprint = fingerprintOf(question);
  return { fingerprint, seed: key === undefined ? `request\0${kind}\0${fingerprint}` : `key\0${kind}\0${key}` };
}

/** Without undefined members, and in a fixed order. */
function fingerprintOf({ kind, filter, changes }: OperationQuestion): string {
  const told = Object.entries(filter).filter(([, value]) => value !== undefined);
  const filters = told.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([kind, filters, fingerprintOfChanges(changes)]))
    .digest('hex');
}

/** The existing operation that answers a request. Throws `idempotency_conflict`. */
export async function findStandingOperation(
  dependencies: StandingOperationDependencies,
  question: OperationQuestion,
): Promise<string | undefined> {
  const { client, store } = dependencies;
  const { tenant } = question;
  const { seed, fingerprint } = claimOfQuestion(question);
  const claim = await findOperationClaim(store, tenant, seed);
  if (!claim || !(await isStandingOperation(dependencies, question, claim))) return undefined;
  if (claim.fingerprint !== fingerprint) throw idempotencyConflict();
  const { operationId } = claim;
  if (await readOperationOutcome(store, tenant, operationId)) return operationId;
  // The process that claimed it was killed before it started it.
  return (await describeExecution(client, operationId)) ? operationId : undefined;
}

/**
 * Whether this operation answers an equal request: with a key always; without one while it runs, and for some minutes
 * if all its jobs are as it left them. Otherwise a new operation skips what is done.
 */
export async function isStandingOperation(
  { client, store }: StandingOperationDependencies,
  { tenant, kind, key }: OperationQuestion,
  { operationId, createdAt }: OperationClaim,
): Promise<boolean> {
  if (key !== undefined) return true;
  if (await isMarkedStopped(store, tenant, operationId)) return false;
  const outcome = await readOperationOutcome(store, tenant, operationId);
  if (outcome && outcome.status !== 'completed') return false;
  if (Date.now() - Date.parse(createdAt) < sameClickMs[kind]) {
    return !outcome || kind !== 'rerun' || isWhole({ client, store }, tenant, operationId, outcome);
  }
  if (outcome || kind !== 'rerun') return false;
  const execution = await describeExecution(client, operationId);
  return execution !== undefined && execution.closeTime === undefined;
}

/** Whether all jobs of a rerun exist, and none failed or was cancelled. */
async function isWhole(
  { client, store }: StandingOperationDependencies,
  tenant: string,
  operationId: string,
  { counts, finishedAt }: OperationOutcome,
): Promise<boolean> {
  // A rerun that it skipped for somebody else's may have failed since.
  if (counts.skipped + counts.failed > 0) return false;
  const jobs = `WorkflowType = ${quoted(workflowTypes.classifyDocument)} AND Batch = ${quoted(operationId)}`;
  const count = async (query: string) =>
    (await callTemporal(client, deadlineMs, () => client.workflow.count(query))).count;
  if ((await count(`${jobs} AND ExecutionStatus NOT IN ('Running', 'Completed')`)) > 0) return false;
  const isSettled = Date.now() - Date.parse(finishedAt) > visibilityLagMs;
  if (isSettled && (await count(jobs)) < counts.done) return false;
  const { executions } = await listExecutions(client, jobs, lookedAtMost, undefined);
  const tombstones = await mapBounded(executions, looksAtOnce, ({ workflowId }) =>
    store.head(jobKeys(tenant, workflowId).tombstone),
  );
  return tombstones.every((tombstone) => tombstone === undefined);
}
