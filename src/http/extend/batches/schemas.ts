import { z } from 'zod';
import 'zod-openapi';
import { batchLimits } from '../../../domain/batch.ts';
import type { Batch, BatchStatus, RunCounts } from '../../../jobs/read-batch.ts';
import { patienceSchema } from '../../shared/patience.ts';
import { instantSchema } from '../classifiers/schemas.ts';
import {
  classifierReferenceSchema,
  metadataSchema,
  prioritySchema,
  runFileSchema,
} from '../classify-runs/request-schemas.ts';
import { runStatusSchema } from '../classify-runs/schemas.ts';

export const createBatchSchema = z
  .object({
    classifier: classifierReferenceSchema,
    inputs: z
      .array(z.object({ file: runFileSchema, metadata: metadataSchema.optional() }))
      .min(1)
      .max(batchLimits.maxRuns)
      .meta({ description: 'One run for each. A file that cannot be had fails its own run alone.' }),
    priority: prioritySchema
      .optional()
      .meta({ description: 'From 0 (first) to 100; without one its runs come behind single ones.' }),
    patienceSeconds: patienceSchema.optional(),
    config: z.never({ error: 'is not taken here: create a classifier and name it as classifier.id' }).optional(),
    review: z.never({ error: 'is not taken here: review the runs of a batch when they are over' }).optional(),
  })
  .meta({ id: 'CreateClassifyRunBatch' });

const count = z.number().int().min(0);

const runCountsSchema = z
  .strictObject({ pending: count, processing: count, processed: count, failed: count, cancelled: count })
  .meta({ id: 'RunCounts', description: 'How many of the runs are where; `pending` ones were not started yet.' });

export const batchRunSchema = z
  .strictObject({
    object: z.literal('batch_run'),
    id: z.string().regex(/^bpr_/),
    status: runStatusSchema.meta({
      description:
        '`PROCESSED`: all runs are over, also those that failed. `FAILED`: the batch itself could not go on.',
    }),
    runCount: z.number().int().min(1),
    createdAt: instantSchema,
    counts: runCountsSchema.optional().meta({ description: 'With `?include=counts`.' }),
  })
  .meta({ id: 'BatchRun' });
export type BatchRunBody = z.infer<typeof batchRunSchema>;

/** The statuses of batches in Extend's words. */
export const batchRunStatuses = {
  pending: 'PENDING',
  processing: 'PROCESSING',
  processed: 'PROCESSED',
  failed: 'FAILED',
  cancelled: 'CANCELLED',
} as const satisfies Record<BatchStatus, BatchRunBody['status']>;

export function toBatchRunBody({ batchId: id, status, runCount, createdAt }: Batch, counts?: RunCounts): BatchRunBody {
  return { object: 'batch_run', id, status: batchRunStatuses[status], runCount, createdAt, ...(counts && { counts }) };
}
