import { z } from 'zod';
import 'zod-openapi';
import { errorFacts, isErrorCode } from '../../domain/errors.ts';
import { jobStatuses, type JobStatus } from '../../domain/job.ts';
import type { JobFilter } from '../../domain/job-operation.ts';
import { nearestName } from '../../domain/nearest-name.ts';
import { closedObject } from '../shared/closed-object.ts';
import { instantOf } from '../unsiloed/list-query.ts';
import { rerunFields } from './rerun-schemas.ts';

const maxTextLength = 255;
const maxInstantLength = 40;

/** Temporal takes control characters for the end of a text, and no stored value has any. */
function text(description: string) {
  return z
    .string()
    .min(1)
    .max(maxTextLength)
    .refine((value) => !/\p{Cc}/u.test(value), 'must not hold control characters')
    .optional()
    .meta({ description });
}

function instant(description: string) {
  return z.string().min(1).max(maxInstantLength).optional().meta({ description });
}

const failureCode = z
  .string()
  .superRefine((code, context) => {
    if (isErrorCode(code)) return;
    const known = Object.keys(errorFacts);
    const nearest = nearestName(code, known);
    const advice = nearest === undefined ? `must be one of ${known.join(', ')}` : `did you mean ${nearest}?`;
    context.addIssue({ code: 'custom', message: `is no failure code; ${advice}` });
  })
  .optional()
  .meta({ description: 'The code of the failure, as docs/errors.md has them: `model_auth`.' });

function filterSchema(statuses: readonly [JobStatus, ...JobStatus[]]) {
  return closedObject({
    status: z.enum(statuses).optional(),
    failure_code: failureCode,
    classification: text('Jobs that ended with this category.'),
    confidence_below: z.number().min(0).max(1).optional().meta({ description: 'Jobs that were less sure.' }),
    created_after: instant('RFC 3339; a date alone is its midnight in UTC.'),
    created_before: instant('RFC 3339; a date alone is its midnight in UTC.'),
    batch_id: text('Of a batch, `bpr_...`, or the jobs that a bulk rerun started, `rerun_...`.'),
    classifier_id: text('Runs of this classifier, `cl_...`.'),
  });
}

type FilterBody = z.infer<ReturnType<typeof filterSchema>>;

function operationFields(statuses: readonly [JobStatus, ...JobStatus[]]) {
  return {
    filter: filterSchema(statuses).optional().meta({ description: 'Which jobs; all that is given must hold.' }),
    all: z.literal(true).optional().meta({ description: 'Every job of yours: in place of a filter.' }),
    dry_run: z.boolean().optional().meta({ description: '`true`: count what would be found, and do nothing.' }),
  };
}

interface Asked {
  readonly filter?: FilterBody | undefined;
  readonly all?: true | undefined;
}

/** Nobody deletes everything by leaving something out: an empty filter may be one whose conditions were lost. */
function checkScope({ filter, all }: Asked, context: z.RefinementCtx): void {
  // Reports a misspelt condition.
  if (context.issues.length > 0) return;
  const isEmpty = Object.values(filter ?? {}).every((value) => value === undefined);
  if (isEmpty && all === undefined) {
    const message = 'must name at least one condition; for every job of yours send {"all": true} instead';
    context.addIssue({ code: 'custom', path: ['filter'], message });
  }
  if (filter && all) context.addIssue({ code: 'custom', path: ['all'], message: 'must not stand beside a filter' });
}

const over = ['completed', 'failed'] as const;
const underWay = ['queued', 'processing'] as const;

const example = { filter: { status: 'failed', failure_code: 'model_auth', created_after: '2026-11-28T00:00:00Z' } };

export const rerunsSchema = closedObject({ ...operationFields(over), ...rerunFields })
  .superRefine(checkScope)
  .meta({ id: 'BulkRerun', examples: [{ ...example, dry_run: true }] });
export const cancellationsSchema = closedObject(operationFields(underWay))
  .superRefine(checkScope)
  .meta({ id: 'BulkCancellation' });
export const deletionsSchema = closedObject(operationFields(jobStatuses))
  .superRefine(checkScope)
  .meta({ id: 'BulkDeletion' });

/** Throws `invalid_request` for a time that is none. */
export function toJobFilter(body: FilterBody = {}): JobFilter {
  return {
    status: body.status,
    failureCode: isErrorCode(body.failure_code) ? body.failure_code : undefined,
    classification: body.classification,
    confidenceBelow: body.confidence_below,
    createdAfter: instantOf('filter.created_after', body.created_after)?.toISOString(),
    createdBefore: instantOf('filter.created_before', body.created_before)?.toISOString(),
    batchId: body.batch_id,
    classifierId: body.classifier_id,
  };
}

const count = z.number().int().min(0);

const foundSchema = z.strictObject({ running: count, completed: count, failed: count });

export const dryRunSchema = z
  .strictObject({
    dry_run: z.literal(true),
    matched: count.meta({ description: 'Jobs that the filter finds.' }),
    by_status: foundSchema,
  })
  .meta({ id: 'DryRun' });

const reasons = z.record(z.string(), count);
const skipReasons =
  'By reason: `gone`, `changed` (since they were found), `rerun_already` (an equal rerun is under way or has its answer), `same_document` (it repeats a job that is found too)';

export const rerunDryRunSchema = dryRunSchema
  .extend({
    would_rerun: count.meta({ description: 'Jobs that would be run again.' }),
    skipped: reasons.meta({ description: `${skipReasons}, \`same_request\` (see \`operation_id\`).` }),
    would_fail: reasons.meta({ description: 'Jobs that cannot be run again, by the code of the error.' }),
    not_examined: count.optional().meta({ description: 'Jobs beyond the first `DRY_RUN_JOBS`: found, not looked at.' }),
    operation_id: z
      .string()
      .optional()
      .meta({ description: 'The request would be answered with this operation, and start none.' }),
  })
  .meta({ id: 'RerunDryRun' });
export type RerunDryRunBody = z.infer<typeof rerunDryRunSchema>;

export const operationSchema = z
  .strictObject({
    id: z.string(),
    status: z.enum(['running', 'completed', 'cancelled', 'failed']),
    created_at: z.iso.datetime({ offset: true }).meta({ description: 'Jobs that began later are not meant.' }),
    finished_at: z.iso.datetime({ offset: true }).nullable(),
    asked: z.record(z.string(), z.unknown()).meta({ description: 'The body of the request.' }),
    matched: count.meta({ description: 'Jobs that the filter found at the start.' }),
    counts: z
      .strictObject({
        done: count.meta({ description: 'Jobs that were run again, cancelled or deleted.' }),
        skipped: count.meta({ description: 'Gone or changed since, or run again already.' }),
        failed: count,
      })
      .meta({ description: 'By now.' }),
    skipped: reasons.meta({ description: `${skipReasons}.` }),
    errors: z
      .array(z.strictObject({ code: z.string(), count, example_job_id: z.string() }))
      .meta({ description: 'Why jobs failed to be worked on.' }),
    jobs: foundSchema.optional().meta({ description: 'Of a rerun: how the jobs fare that it started.' }),
  })
  .meta({ id: 'JobOperation' });
export type OperationBody = z.infer<typeof operationSchema>;

export const operationListSchema = z
  .strictObject({
    data: z.array(operationSchema),
    has_more: z.boolean(),
    next_cursor: z.string().nullable().meta({ description: 'The `cursor` of the next page; null on the last.' }),
  })
  .meta({ id: 'JobOperationList' });
