import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { z } from 'zod';
import { isId } from '../records/ids.ts';
import type { BatchCounts } from '../domain/batch.ts';
import { workflowTypes } from '../domain/contract.ts';
import { batchNotFound } from '../domain/error-sentences.ts';
import { readJson } from '../records/json-documents.ts';
import { batchKeys } from '../records/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { callTemporal } from '../temporal/connection.ts';
import { describeExecution } from '../temporal/executions.ts';
import { quoted } from './visibility-query.ts';
import { findBatchRequest } from '../records/batches/batch-request.ts';

export type BatchStatus = 'pending' | 'processing' | 'processed' | 'failed' | 'cancelled';

/**
 * The API's view of a batch: one workflow execution, whose workflow id is the batch id, and those that it continued as.
 */
export interface Batch {
  readonly batchId: string;
  readonly status: BatchStatus;
  readonly runCount: number;
  readonly createdAt: string;
}

/** How many of its runs are in each state. */
export interface RunCounts extends BatchCounts {
  readonly pending: number;
  readonly processing: number;
}

export interface ReadBatchDependencies {
  readonly client: Client;
  readonly store: ObjectStore;
}

const deadlineMs = 5000;
/** Started, first workflow task scheduled: no worker has seen the batch yet. */
const untouchedHistoryLength = 2;

const outcomeSchema = z.object({
  status: z.enum(['processed', 'failed', 'cancelled']),
  counts: z.object({ processed: z.number(), failed: z.number(), cancelled: z.number() }),
});

type Outcome = z.infer<typeof outcomeSchema>;

/**
 * Reads a batch: its request and outcome from the store, its progress from Temporal, which needs no worker for it.
 * Throws `not_found` for an unknown batch or another tenant's.
 */
export async function readBatch(
  { client, store }: ReadBatchDependencies,
  tenant: string,
  batchId: string,
): Promise<Batch> {
  const request = isId('batchRun', batchId) ? await findBatchRequest(store, tenant, batchId) : undefined;
  if (!request) throw batchNotFound();
  const { runCount, createdAt } = request;
  const ended = await readEndedBatch(store, tenant, batchId);
  if (ended) return ended;
  const description = await describeExecution(client, batchId);
  // Nobody confirmed its start.
  if (!description) throw batchNotFound();
  return { batchId, runCount, createdAt, status: statusOf(description) };
}

/** Reads a finished batch from the store alone; undefined for any other. */
export async function readEndedBatch(store: ObjectStore, tenant: string, batchId: string): Promise<Batch | undefined> {
  const outcome = await readOutcome(store, tenant, batchId);
  const request = outcome && (await findBatchRequest(store, tenant, batchId));
  if (!request) return undefined;
  const { runCount, createdAt } = request;
  return { batchId, runCount, createdAt, status: outcome.status };
}

/** Counts its runs. While it lasts it asks Temporal's visibility, which lags by a moment. */
export async function countRuns(
  { client, store }: ReadBatchDependencies,
  tenant: string,
  { batchId, runCount }: Batch,
): Promise<RunCounts> {
  const outcome = await readOutcome(store, tenant, batchId);
  if (outcome) {
    const { processed, failed, cancelled } = outcome.counts;
    return { ...outcome.counts, pending: runCount - processed - failed - cancelled, processing: 0 };
  }
  const conditions = [`WorkflowType = ${quoted(workflowTypes.classifyDocument)}`, `Batch = ${quoted(batchId)}`];
  const query = `${conditions.join(' AND ')} GROUP BY ExecutionStatus`;
  const { groups } = await callTemporal(client, deadlineMs, () => client.workflow.count(query));
  const counted = new Map(groups.map(({ groupValues, count }) => [String(groupValues[0]), count]));
  const sum = (...statuses: readonly string[]) => statuses.reduce((total, name) => total + (counted.get(name) ?? 0), 0);
  const counts = {
    processing: sum('Running', 'Paused'),
    processed: sum('Completed'),
    failed: sum('Failed', 'TimedOut'),
    cancelled: sum('Canceled', 'Terminated'),
  };
  const started = counts.processing + counts.processed + counts.failed + counts.cancelled;
  return { pending: Math.max(runCount - started, 0), ...counts };
}

async function readOutcome(store: ObjectStore, tenant: string, batchId: string): Promise<Outcome | undefined> {
  const key = batchKeys(tenant, batchId).result;
  return (await readJson(store, key, (value) => outcomeSchema.parse(value)))?.value;
}

function statusOf({ status, historyLength, runId, raw }: WorkflowExecutionDescription): BatchStatus {
  switch (status.name) {
    case 'COMPLETED':
      return 'processed';
    case 'FAILED':
    case 'TIMED_OUT':
      return 'failed';
    case 'CANCELLED':
    case 'TERMINATED':
      return 'cancelled';
    default: {
      const { firstRunId } = raw.workflowExecutionInfo ?? {};
      const isFirst = firstRunId === undefined || firstRunId === '' || firstRunId === runId;
      return isFirst && historyLength <= untouchedHistoryLength ? 'pending' : 'processing';
    }
  }
}
