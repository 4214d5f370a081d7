import { z } from 'zod';
import 'zod-openapi';
import { runStatuses } from '../../../jobs/run-status.ts';
import { classifierSummarySchema, classifierVersionSummarySchema, instantSchema } from '../classifiers/schemas.ts';
import { failureReasons } from './failure-reasons.ts';
import { fileSummarySchema } from '../files/schemas.ts';
import { listSchema } from '../list.ts';

export const runStatusSchema = z.enum(runStatuses);

const classifyOutputSchema = z
  .strictObject({
    id: z.string().meta({ description: 'That of the classification.' }),
    type: z.string(),
    confidence: z.number().min(0).max(1),
    insights: z.array(z.strictObject({ type: z.literal('reasoning'), content: z.string() })),
  })
  .meta({ id: 'ClassifyOutput' });
export type ClassifyOutputBody = z.infer<typeof classifyOutputSchema>;

const credits = z.number().int().min(0);

const summaryFields = {
  object: z.literal('classify_run'),
  id: z.string().regex(/^clr_/),
  classifier: classifierSummarySchema.nullable().meta({ description: 'Null for an inline configuration.' }),
  classifierVersion: classifierVersionSummarySchema.nullable(),
  status: runStatusSchema,
  failureReason: z.enum(failureReasons).nullable().meta({ description: 'Null unless the run is FAILED.' }),
  failureMessage: z.string().nullable(),
  metadata: z.record(z.string(), z.unknown()).nullable(),
  reviewed: z.boolean(),
  edited: z.boolean(),
  file: fileSummarySchema
    .nullable()
    .meta({ description: 'Null where the file was deleted, and for jobs that were submitted as `POST /classify`.' }),
  parseRunId: z.null(),
  dashboardUrl: z.url(),
  usage: z
    .strictObject({ credits, totalCredits: credits })
    .nullable()
    .meta({ description: 'One credit for each page that was judged; null unless the run is PROCESSED.' }),
  rerunOf: z.string().regex(/^clr_/).optional().meta({
    description: 'The run that this one repeats, only where it does; beyond the contract.',
  }),
  createdAt: instantSchema,
  updatedAt: instantSchema,
};

const classifyRunSummarySchema = z.strictObject(summaryFields).meta({ id: 'ClassifyRunSummary' });
export type ClassifyRunSummaryBody = z.infer<typeof classifyRunSummarySchema>;

/** As it was given: what an earlier version accepted stays readable. */
const effectiveConfigSchema = z
  .looseObject({
    classifications: z.array(z.looseObject({ id: z.string(), type: z.string(), description: z.string() })),
  })
  .meta({ id: 'EffectiveClassifyConfig', description: 'What applied, an override merged in.' });

export const classifyRunSchema = z
  .strictObject({
    ...summaryFields,
    output: classifyOutputSchema.nullable().meta({ description: 'Null unless the run is PROCESSED.' }),
    initialOutput: classifyOutputSchema.nullable(),
    reviewedOutput: classifyOutputSchema.nullable(),
    config: effectiveConfigSchema,
    usage: z
      .strictObject({
        credits,
        totalCredits: credits,
        breakdown: z.array(z.strictObject({ object: z.literal('classify_run'), id: z.string(), credits })),
      })
      .nullable(),
  })
  .meta({ id: 'ClassifyRun' });
export type ClassifyRunBody = z.infer<typeof classifyRunSchema>;

/** Not of Extend's contract, which shows no output of a run that waits. */
export const runReviewSchema = z
  .strictObject({
    object: z.literal('classify_run_review'),
    runId: z.string().regex(/^clr_/),
    awaitingReview: z.boolean(),
    reviewed: z.boolean(),
    edited: z.boolean(),
    initialOutput: classifyOutputSchema.nullable().meta({ description: 'What the classifier says, once it does.' }),
    reviewedOutput: classifyOutputSchema.nullable(),
  })
  .meta({ id: 'ClassifyRunReview' });
export type RunReviewBody = z.infer<typeof runReviewSchema>;

export const classifyRunListSchema = listSchema(classifyRunSummarySchema).meta({ id: 'ClassifyRunList' });

export const deletedByIdSchema = z.strictObject({ id: z.string() }).meta({ id: 'DeletedById' });
