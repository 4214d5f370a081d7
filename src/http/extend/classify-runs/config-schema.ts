import { z } from 'zod';
import 'zod-openapi';
import { categoryLimits, unstorableIn } from '../../../domain/category.ts';
import { maxPageRanges } from '../../../domain/page-selection.ts';
import { inputLimits } from '../../../domain/workflow-input.ts';

const { maxCategories, maxNameLength, maxDescriptionLength } = categoryLimits;
const maxIdLength = 255;
/** As far as a document's pages are counted (domain/page-selection.ts). */
const maxPageNumber = 1_000_000;

const notBlank = /\S/;

const classificationSchema = z
  .looseObject({
    id: z.string().max(maxIdLength).regex(notBlank, 'must not be blank').meta({ description: 'Unique in the list.' }),
    type: z
      .string()
      .max(maxNameLength)
      .regex(notBlank, 'must not be blank')
      .superRefine((type, context) => {
        const message = unstorableIn(type);
        if (message !== undefined) context.addIssue({ code: 'custom', message });
      })
      .meta({ description: 'What a document of this kind is called.' }),
    description: z.string().max(maxDescriptionLength),
  })
  .meta({ id: 'Classification' });

const classificationsSchema = z
  .array(classificationSchema)
  .min(1)
  .max(maxCategories)
  .superRefine((classifications, context) => {
    const seen = new Map<string, number>();
    for (const [index, { id }] of classifications.entries()) {
      const first = seen.get(id);
      if (first === undefined) seen.set(id, index);
      else context.addIssue({ code: 'custom', path: [index, 'id'], message: `repeats the id of item ${first}` });
    }
    if (!classifications.some(({ type }) => type === 'other')) {
      context.addIssue({ code: 'custom', message: 'at least one classification must have the type "other"' });
    }
  })
  .meta({ description: 'Ids are unique, and at least one type is "other".' });

const pageRangeSchema = z
  .looseObject({
    start: z.number().int().min(1).max(maxPageNumber),
    end: z.number().int().min(1).max(maxPageNumber),
  })
  .refine(({ start, end }) => start <= end, { message: 'start must not be beyond end' });

const advancedOptionsSchema = z.looseObject({
  context: z.string().optional(),
  advancedMultimodalEnabled: z.boolean().optional(),
  memoryEnabled: z.boolean().optional(),
  pageRanges: z
    .array(pageRangeSchema)
    .max(maxPageRanges)
    .optional()
    .meta({ description: 'Only these pages are read, counted from 1.' }),
});

/** Options that are not known here are kept and given back: newer clients of Extend send them. */
const fields = {
  classifications: classificationsSchema,
  classificationRules: z
    .string()
    .max(inputLimits.maxInstructionsLength)
    .optional()
    .meta({ description: 'What the classifier should know beside the classifications.' }),
  baseProcessor: z.string().optional(),
  baseVersion: z.string().optional(),
  advancedOptions: advancedOptionsSchema.optional(),
  parseConfig: z.looseObject({}).optional(),
};

export const classifyConfigSchema = z.looseObject(fields).meta({ id: 'ClassifyConfig' });

/** Replaces members of a classifier's configuration for one run. */
export const classifyOverrideConfigSchema = z
  .looseObject({ ...fields, classifications: classificationsSchema.optional() })
  .meta({ id: 'ClassifyOverrideConfig' });
