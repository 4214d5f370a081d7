import { WorkflowNotFoundError } from '@temporalio/client';
import { ClassifierError } from '../domain/errors.ts';
import { callTemporal } from '../temporal/connection.ts';
import { countRuns, readBatch, type Batch, type RunCounts } from './read-batch.ts';
import { startBatch, type StartBatchDependencies, type StartBatchRequest } from './start-batch.ts';

export type { StartBatchRequest } from './start-batch.ts';

/** Batches. Another tenant's throw the same `not_found` as an id that never existed. */
export interface BatchService {
  /** Resolves when Temporal has the batch; then it cannot be lost. */
  start(request: StartBatchRequest): Promise<Batch>;
  read(tenant: string, batchId: string): Promise<Batch>;
  /** How many of its runs are in each state. */
  counts(tenant: string, batch: Batch): Promise<RunCounts>;
  /** Cancels the batch and its runs under way. Throws `invalid_request` for a finished batch. */
  cancel(tenant: string, batchId: string): Promise<Batch>;
}

const cancelDeadlineMs = 5000;

export function createBatchService(dependencies: StartBatchDependencies): BatchService {
  const { client } = dependencies;
  const read = (tenant: string, batchId: string) => readBatch(dependencies, tenant, batchId);
  return {
    read,
    async start(request) {
      const { batchId, runCount, createdAt } = await startBatch(dependencies, request);
      return { batchId, status: 'pending', runCount, createdAt };
    },
    counts: (tenant, batch) => countRuns(dependencies, tenant, batch),
    async cancel(tenant, batchId) {
      const batch = await read(tenant, batchId);
      if (batch.status !== 'pending' && batch.status !== 'processing') throw batchIsOver(batch);
      try {
        await callTemporal(client, cancelDeadlineMs, () => client.workflow.getHandle(batchId).cancel());
        return batch;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) throw batchIsOver(await read(tenant, batchId));
        throw error;
      }
    },
  };
}

function batchIsOver({ status }: Batch): ClassifierError {
  return new ClassifierError('invalid_request', `This batch is over already (${status}) and cannot be cancelled.`);
}
