import { z } from 'zod';
import { categoryLimits } from '../../domain/category.ts';
import { jobStatuses } from '../../domain/job.ts';
import { inputLimits } from '../../domain/workflow-input.ts';
import { includable } from '../unsiloed/include.ts';
import { listLimits } from '../unsiloed/list-query.ts';
import { maxMetadataLength } from '../unsiloed/submission.ts';
import { maxWaitSeconds } from '../unsiloed/wait.ts';

const { maxCategories, maxNameLength, maxDescriptionLength } = categoryLimits;

function binary(description: string) {
  return z
    .string()
    .optional()
    .meta({ description, override: { contentMediaType: 'application/octet-stream' } });
}

function text(description: string) {
  return z.string().optional().meta({ description });
}

const fields = {
  file_url: text('Address of a document. http or https, and public unless the operator allows others.'),
  url: text('The same as `file_url`.'),
  categories: text(
    `A JSON array of 1 to ${maxCategories} names or \`{"name", "description"}\` objects; names are unique, with at most ` +
      `${maxNameLength} characters, descriptions with at most ${maxDescriptionLength}. Required, unless \`conditions\` is given.`,
  ),
  conditions: text('What the oldest clients call `categories`.'),
  instructions: z
    .string()
    .max(inputLimits.maxInstructionsLength)
    .optional()
    .meta({ description: 'What the classifier should know beside the categories.' }),
  unknown: z
    .literal('allow')
    .optional()
    .meta({ description: '`allow`: a document that fits no category well gets `unknown` instead of the nearest one.' }),
  pages: text('Which pages are read: `1-3,7` or `5-`, counted from 1. The first few by default.'),
  max_pages: text('How many pages are read at most.'),
  patience_seconds: text(
    'How long the job waits, all in all, for what only the operator can mend, such as a refused key or an outage; as long as `PATIENCE_SECONDS` says by default and at most.',
  ),
  metadata: z
    .string()
    .max(maxMetadataLength)
    .optional()
    .meta({ description: 'A JSON object of your own; `?include=metadata` gives it back.' }),
  webhook_url: text('Where the finished job is sent, signed by the scheme of Standard Webhooks.'),
};

const example = { categories: '[{"name": "invoice", "description": "asks for payment"}, "contract"]' };

/** `multipart/form-data` of a submission. Unknown fields are ignored, unless they are slips for known ones. */
export const submissionForm = z
  .object({
    pdf_file: binary(
      'A PDF, JPEG, PNG, GIF, WebP, BMP or TIFF; the bytes decide. Either this or `file_url`, not both.',
    ),
    file: binary('The same as `pdf_file`.'),
    ...fields,
  })
  .meta({ id: 'Submission', examples: [{ ...example, file_url: 'https://example.com/invoice.pdf' }] });

/** `application/x-www-form-urlencoded`, for clients that only name an address. */
export const submissionFields = z
  .object(fields)
  .meta({ id: 'SubmissionByUrl', examples: [{ ...example, file_url: 'https://example.com/invoice.pdf' }] });

export const idempotencyHeaders = z.object({
  'Idempotency-Key': z
    .string()
    .regex(/^[\x21-\x7e][\x20-\x7e]{0,254}$/)
    .optional()
    .meta({
      description: 'The same key with the same request is the same job, for as long as the job is kept.',
      example: '8e03978e-40d5-43dd-bc93-6894a57f9324',
    }),
});

export const jobPath = z.object({
  job_id: z.string().min(1).meta({ description: 'The id that the submission was answered with.' }),
});

export const pagePath = jobPath.extend({
  page: z.number().int().min(1).meta({ description: 'Counted from 1, in the document.' }),
});

const instant = () => z.iso.datetime({ offset: true }).optional();

export const listQuery = z.object({
  limit: z
    .number()
    .int()
    .min(1)
    .max(listLimits.max)
    .optional()
    .meta({ description: `${listLimits.preset} by default.` }),
  cursor: text('`next_cursor` of the page before.'),
  status: z.enum(jobStatuses).optional(),
  classification: text('Only jobs whose document got this category.'),
  rerun_of: text('Only the jobs that repeat this one.'),
  created_after: instant().meta({ description: 'RFC 3339; a date alone is its midnight in UTC.' }),
  created_before: instant().meta({ description: 'RFC 3339; a date alone is its midnight in UTC.' }),
});

export const jobQuery = z.object({
  include: z
    .array(z.enum(includable))
    .optional()
    .meta({
      description: 'What is wanted beyond the five keys.',
      param: { style: 'form', explode: false },
      example: ['candidates', 'timings'],
    }),
  wait: z
    .number()
    .min(0)
    .optional()
    .meta({
      description: `Seconds for which the answer may be held back until the job is finished; more than ${maxWaitSeconds} count as ${maxWaitSeconds}.`,
      example: 30,
    }),
});
