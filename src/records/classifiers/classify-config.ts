import { z } from 'zod';

/**
 * The configuration of a classifier as it is stored: all that the caller gave, also what is not known here. The rules
 * that a new one must keep stand in `http/extend/classify-runs/config-schema.ts`; what was stored under earlier rules
 * stays readable.
 */
export const storedConfigSchema = z.looseObject({
  classifications: z.array(z.looseObject({ id: z.string(), type: z.string(), description: z.string() })),
  classificationRules: z.string().optional(),
  baseProcessor: z.string().optional(),
  baseVersion: z.string().optional(),
  advancedOptions: z
    .looseObject({ pageRanges: z.array(z.looseObject({ start: z.number(), end: z.number() })).optional() })
    .optional(),
  parseConfig: z.looseObject({}).optional(),
});

export type ClassifyConfig = z.infer<typeof storedConfigSchema>;

/** What a classifier is until somebody says more: every document is of the one type that none may lack. */
export const emptyConfig: ClassifyConfig = {
  classifications: [{ id: 'other', type: 'other', description: 'Any other document' }],
};
