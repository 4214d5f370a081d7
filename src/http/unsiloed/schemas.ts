import { z } from 'zod';
import 'zod-openapi';
import { jobStatuses } from '../../domain/job.ts';

const confidence = z.number().min(0).max(1).meta({ description: "A probability over the caller's categories." });

const details = {
  candidates: z
    .array(z.strictObject({ name: z.string(), confidence: confidence.nullable() }))
    .optional()
    .meta({ description: 'With `?include=candidates`: the categories that were weighed, the best first.' }),
  reasoning: z.string().nullable().optional().meta({ description: 'With `?include=reasoning`.' }),
  confidence_source: z
    .string()
    .nullable()
    .optional()
    .meta({ description: 'With `?include=confidence_source`: how `confidence` was got.' }),
  warnings: z
    .array(z.string())
    .optional()
    .meta({ description: 'With `?include=warnings`: what was missing when the page was drawn or judged.' }),
};

const judgedPage = z.strictObject({
  page: z.number().int().min(1).meta({ description: 'Counted from 1, in the document.' }),
  success: z.literal(true),
  confidence,
  raw_result: z.string().meta({ description: "The classifier's own words, before they were matched to a category." }),
  classification: z.string(),
});
const failedPage = z.strictObject({
  page: z.number().int().min(1),
  success: z.literal(false),
  error: z.string(),
  confidence,
  classification: z.string().meta({ description: 'The first category; the page does not vote.' }),
});

const pdfResult = z.strictObject({
  success: z.literal(true),
  classification: z.string().meta({ description: 'One of the categories, as it was given but trimmed.' }),
  confidence,
  page_results: z.array(z.union([judgedPage, failedPage])),
  total_pages: z.number().int().min(1).meta({ description: 'Pages that were read.' }),
  processed_pages: z.number().int().min(1),
});
const imageResult = z.strictObject({
  success: z.literal(true),
  classification: z.string(),
  confidence,
  raw_result: z.string(),
  total_pages: z.literal(1),
  processed_pages: z.literal(1),
});

export type PdfResult = z.infer<typeof pdfResult>;
export type ImageResult = z.infer<typeof imageResult>;
export type PageBody = z.infer<typeof judgedPage> | z.infer<typeof failedPage>;

const fiveKeys = {
  job_id: z.string(),
  status: z.enum(jobStatuses),
  progress: z.string().meta({
    description:
      '`Starting classification...`, `Processing page X of Y`, `Classification completed`, `Classification failed`, or `Waiting for the model (since 2026-11-28 12:03 UTC): the key was refused` and the like, while only the operator can mend what it needs.',
  }),
  error: z.string().nullable().meta({ description: 'Null unless the job failed.' }),
  result: z
    .union([pdfResult, imageResult])
    .nullable()
    .meta({ description: 'Null unless the job is completed. An image of one page has no `page_results`.' }),
};

const completedExample = {
  job_id: '7e10f5cd-6d83-4b8e-9f80-ac103fd9b2f1',
  status: 'completed' as const,
  progress: 'Classification completed',
  error: null,
  result: {
    success: true as const,
    classification: 'invoice',
    confidence: 0.92,
    page_results: [
      { page: 1, success: true as const, confidence: 0.92, raw_result: 'invoice', classification: 'invoice' },
    ],
    total_pages: 1,
    processed_pages: 1,
  },
};

/** The five keys and nothing else, as clients that validate strictly expect. */
export const jobSchema = z.strictObject(fiveKeys).meta({ id: 'Job', examples: [completedExample] });
export type JobBody = z.infer<typeof jobSchema>;

/** The five keys, and what `?include=` asked for beyond them. */
export const jobWithDetailsSchema = z
  .strictObject({
    ...fiveKeys,
    result: z
      .union([
        z.strictObject({
          ...pdfResult.shape,
          page_results: z.array(
            z.union([
              z.strictObject({ ...judgedPage.shape, ...details }),
              z.strictObject({ ...failedPage.shape, ...details }),
            ]),
          ),
          ...details,
        }),
        z.strictObject({ ...imageResult.shape, ...details }),
      ])
      .nullable(),
    usage: z
      .strictObject({
        classifier: z.string(),
        model: z.string(),
        pages: z.number().int().min(0),
        input_tokens: z.number().int().min(0),
        output_tokens: z.number().int().min(0),
      })
      .optional()
      .meta({ description: 'With `?include=usage`, once the job is completed.' }),
    timings: z
      .strictObject({
        total_ms: z.number().min(0),
        render_ms: z.number().min(0),
        classify_ms: z.number().min(0),
        pages: z.array(z.strictObject({ page: z.number().int().min(1), classify_ms: z.number().min(0).nullable() })),
      })
      .nullable()
      .optional()
      .meta({ description: 'With `?include=timings`, once the job is completed. Milliseconds.' }),
    metadata: z
      .record(z.string(), z.unknown())
      .nullable()
      .optional()
      .meta({ description: 'With `?include=metadata`: as it was submitted, null where nothing was.' }),
    rerun_of: z
      .string()
      .nullable()
      .optional()
      .meta({ description: 'With `?include=rerun_of`: the job that this one repeats, null where it repeats none.' }),
  })
  .meta({ id: 'JobWithDetails', examples: [completedExample] });

export type JobWithDetails = z.infer<typeof jobWithDetailsSchema>;
export type Details = Pick<NonNullable<JobWithDetails['result']>, keyof typeof details>;

export const submittedSchema = z
  .strictObject({
    job_id: z.uuid(),
    status: z.literal('processing'),
    message: z.literal('Classification started'),
    quota_remaining: z
      .number()
      .int()
      .min(0)
      .optional()
      .meta({ description: 'Documents that the tenant may still submit this month; only where a quota is set.' }),
  })
  .meta({
    id: 'Submitted',
    examples: [
      { job_id: '7e10f5cd-6d83-4b8e-9f80-ac103fd9b2f1', status: 'processing', message: 'Classification started' },
    ],
  });

export const rerunSubmittedSchema = z
  .strictObject({ ...submittedSchema.shape, job_id: z.string(), rerun_of: z.string() })
  .meta({ id: 'SubmittedAgain' });

export const jobListSchema = z
  .strictObject({
    data: z.array(
      z.strictObject({
        ...fiveKeys,
        created_at: z.iso.datetime({ offset: true }),
        rerun_of: z.string().optional().meta({ description: 'The job that this one repeats, only where it does.' }),
      }),
    ),
    has_more: z.boolean(),
    next_cursor: z.string().nullable().meta({ description: 'The `cursor` of the next page; null on the last.' }),
  })
  .meta({
    id: 'JobList',
    examples: [
      { data: [{ ...completedExample, created_at: '2026-11-22T10:00:00Z' }], has_more: false, next_cursor: null },
    ],
  });

export const deletedSchema = z
  .strictObject({ job_id: z.string(), deleted: z.literal(true) })
  .meta({ id: 'Deleted', examples: [{ job_id: '7e10f5cd-6d83-4b8e-9f80-ac103fd9b2f1', deleted: true }] });

export const deliveriesSchema = z
  .strictObject({
    data: z.array(
      z.strictObject({
        attempt: z.number().int().min(1),
        at: z.iso.datetime({ offset: true }),
        status: z.number().int().nullable().meta({ description: "The receiver's answer; null when there was none." }),
        ok: z.boolean(),
        error: z.string().nullable(),
        duration_ms: z.number().min(0),
        next_attempt_at: z.iso.datetime({ offset: true }).optional(),
      }),
    ),
  })
  .meta({ id: 'Deliveries' });

export const redeliverySchema = z
  .strictObject({ job_id: z.string(), message: z.literal('Delivery started') })
  .meta({ id: 'Redelivery' });

export const webhookSecretSchema = z
  .strictObject({ secret: z.string().regex(/^whsec_/) })
  .meta({ id: 'WebhookSecret' });
