import 'zod-openapi';
import { z } from 'zod';
import { categoryLimits, parseCategories } from '../../domain/category.ts';
import { countCharacters } from '../../domain/text.ts';
import { inputLimits } from '../../domain/workflow-input.ts';
import type { RerunChanges } from '../../jobs/rerun-changes.ts';
import { closedObject } from '../shared/closed-object.ts';
import { closedRanges, type PageLimits } from '../unsiloed/submission.ts';
import { fieldError } from '../../domain/field-error.ts';

const { maxCategories } = categoryLimits;
const maxPagesLength = 10_000;
const maxVersionLength = 255;

/** What a rerun may change. */
export const rerunFields = {
  categories: z
    .array(z.union([z.string(), z.looseObject({ name: z.string(), description: z.string().nullish() })]))
    .min(1)
    .max(maxCategories)
    .optional()
    .meta({ description: 'Other categories, as at `POST /classify`; those of the first job by default.' }),
  instructions: z
    .string()
    .refine((text) => countCharacters(text) <= inputLimits.maxInstructionsLength, {
      message: `must have at most ${inputLimits.maxInstructionsLength} characters`,
    })
    .optional()
    .meta({ description: 'Other instructions; an empty text for none.' }),
  pages: z
    .string()
    .max(maxPagesLength)
    .optional()
    .meta({ description: 'Other pages: `1-3,7` or `5-`, counted from 1.' }),
  max_pages: z.number().int().min(1).optional().meta({ description: 'How many pages are read at most.' }),
  classifier_version: z.string().min(1).max(maxVersionLength).optional().meta({
    description:
      'Of a run of a classifier: another version of it, `latest` for the newest, with the configuration that it has. The version of the first run by default.',
  }),
  webhook: z
    .boolean()
    .optional()
    .meta({ description: '`false`: nobody is told of its end. By default whoever was told of the first one.' }),
  priority: z
    .number()
    .int()
    .min(0)
    .max(100)
    .optional()
    .meta({ description: 'From 0 (first) to 100; that of the first job by default.' }),
};

export const rerunSchema = closedObject(rerunFields).meta({
  id: 'Rerun',
  description: 'What is to be different; with nothing in it the job is run again as it was.',
});

type RerunBody = z.infer<typeof rerunSchema>;

/** Checks what the schema cannot. Throws `invalid_request` and `invalid_categories` naming the field. */
export function toRerunChanges(body: RerunBody, limits: PageLimits): RerunChanges {
  const { categories, instructions, pages, max_pages: maxPages, webhook, priority } = body;
  if (maxPages !== undefined && maxPages > limits.maxPages) {
    throw fieldError('max_pages', `must be a whole number from 1 to ${limits.maxPages}; got ${maxPages}`);
  }
  return {
    ...(categories && { categories: parseCategories(categories) }),
    ...(pages !== undefined && { pages: closedRanges(pages, limits) }),
    instructions,
    maxPages,
    classifierVersion: body.classifier_version,
    webhook,
    priority,
  };
}
