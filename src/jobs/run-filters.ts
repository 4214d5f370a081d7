import { workflowTypes } from '../domain/contract.ts';
import type { RunStatus } from './run-status.ts';
import { idCondition, quoted, valueCondition } from './visibility-query.ts';

/** What a list of runs may be narrowed to, in Extend's words. */
export interface RunFilters {
  readonly tenant: string;
  readonly status?: RunStatus | undefined;
  readonly classifierId?: string | undefined;
  readonly batchId?: string | undefined;
  readonly source?: string | undefined;
  /** The id of what made the runs: of their batch. */
  readonly sourceId?: string | undefined;
  /** The job that the runs repeat. */
  readonly rerunOf?: string | undefined;
  readonly fileNameContains?: string | undefined;
  /** Those alone that wait for a person. */
  readonly awaitingReview?: boolean | undefined;
}

/** Somebody who runs Temporal may end a run as well as its owner: both are cancellations. */
const executionStatuses = {
  PENDING: ['Running'],
  PROCESSING: ['Running'],
  PROCESSED: ['Completed'],
  FAILED: ['Failed', 'TimedOut'],
  CANCELLED: ['Canceled', 'Terminated', 'Failed'],
} as const satisfies Record<RunStatus, readonly string[]>;

/** As far as Temporal can tell; what it cannot is looked at when a run is read. */
export function runExecutionQuery({
  tenant,
  status,
  classifierId,
  batchId,
  sourceId,
  awaitingReview,
  rerunOf,
}: RunFilters): string {
  const conditions = [`WorkflowType = ${quoted(workflowTypes.classifyDocument)}`, `Tenant = ${quoted(tenant)}`];
  if (status) conditions.push(`ExecutionStatus IN (${executionStatuses[status].map(quoted).join(', ')})`);
  if (classifierId !== undefined) conditions.push(idCondition('ClassifierId', classifierId));
  if (batchId !== undefined) conditions.push(idCondition('Batch', batchId));
  if (awaitingReview) conditions.push("ExecutionStatus = 'Running'", 'Classification IS NOT NULL');
  if (rerunOf !== undefined) conditions.push(valueCondition('RerunOf', rerunOf));
  if (sourceId !== undefined) conditions.push(idCondition('Batch', sourceId));
  return conditions.join(' AND ');
}
