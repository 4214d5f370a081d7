import { z } from 'zod';
import { batchLimits } from '../../../domain/batch.ts';
import { classifierSummarySchema, classifierVersionSummarySchema, instantSchema } from '../classifiers/schemas.ts';
import { runStatusSchema } from '../classify-runs/schemas.ts';

export const createEvaluationRunSchema = z
  .object({
    evaluationSetId: z.string(),
    entity: z
      .object({
        id: z.string(),
        version: z.string().optional().meta({ description: 'The latest published one by default, else the draft.' }),
      })
      .optional()
      .meta({ description: "The draft of the set's classifier by default." }),
    evaluationSetItemIds: z
      .array(z.string())
      .min(1)
      .max(batchLimits.maxRuns)
      .optional()
      .meta({ description: 'All items of the set by default.' }),
  })
  .meta({ id: 'CreateEvaluationSetRun' });

const count = z.number().int().min(0);
const share = z.number().min(0).max(1);
const latency = z.number().min(0).optional();

const classMetricsSchema = z
  .strictObject({
    countExpected: count,
    countPredicted: count,
    countCorrect: count,
    precision: share,
    recall: share,
    f1: share,
  })
  .meta({ id: 'ClassificationMetric' });

const evaluationMetricsSchema = z
  .strictObject({
    type: z.literal('CLASSIFY'),
    numFilesTotal: count,
    numFilesProcessed: count,
    numFiles: count.meta({ description: 'The same as `numFilesProcessed`.', deprecated: true }),
    numPages: count.optional(),
    accuracy: share.optional().meta({ description: 'Of all files; one whose run failed is not right.' }),
    classificationMetrics: z
      .record(z.string(), classMetricsSchema)
      .optional()
      .meta({ description: 'By type. A share of nothing is 0.' }),
    meanLatencyMs: latency,
    p50LatencyMs: latency,
    p90LatencyMs: latency,
    p95LatencyMs: latency,
    p99LatencyMs: latency,
  })
  .meta({
    id: 'EvaluationSetRunMetrics',
    description: 'What is measured is there when the run has ended; latencies, when at least one file was judged.',
  });

export const evaluationRunSchema = z
  .strictObject({
    object: z.literal('evaluation_set_run'),
    id: z.string(),
    evaluationSetId: z.string(),
    entity: classifierSummarySchema,
    entityVersion: classifierVersionSummarySchema,
    metrics: evaluationMetricsSchema,
    status: runStatusSchema,
    options: z.strictObject({}),
    createdAt: instantSchema,
    updatedAt: instantSchema,
  })
  .meta({ id: 'EvaluationSetRun' });

export type EvaluationMetricsBody = z.infer<typeof evaluationMetricsSchema>;
export type EvaluationRunBody = z.infer<typeof evaluationRunSchema>;
