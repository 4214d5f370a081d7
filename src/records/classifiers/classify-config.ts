import { z } from 'zod';

/**
 * A classifier's stored configuration: everything that the caller gave, including unknown members. The rules for a new
 * one are in `http/extend/classify-runs/config-schema.ts`; configurations stored under earlier rules stay readable.
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

/** A new classifier's configuration: every document is of the one type that each configuration needs. */
export const emptyConfig: ClassifyConfig = {
  classifications: [{ id: 'other', type: 'other', description: 'Any other document' }],
};
