import { z } from 'zod';
import { releaseTypes } from '../../../records/classifiers/version-number.ts';
import { classifyConfigSchema } from '../classify-runs/config-schema.ts';
import { listSchema } from '../list.ts';

const maxNameLength = 255;
const maxDescriptionLength = 2000;

export const nameSchema = z.string().max(maxNameLength).regex(/\S/, 'must not be blank');

export const createClassifierSchema = z
  .object({
    name: nameSchema,
    config: classifyConfigSchema.optional(),
    cloneClassifierId: z
      .string()
      .optional()
      .meta({ description: 'The classifier whose draft is copied; not together with `config`.' }),
  })
  .refine(({ config, cloneClassifierId }) => config === undefined || cloneClassifierId === undefined, {
    path: ['cloneClassifierId'],
    message: 'cannot be given together with config',
  })
  .meta({ id: 'CreateClassifier' });

export const updateClassifierSchema = z
  .object({
    name: nameSchema.optional(),
    config: classifyConfigSchema.optional().meta({ description: "Replaces the draft's as a whole." }),
  })
  .meta({ id: 'UpdateClassifier' });

export const publishVersionSchema = z
  .object({
    releaseType: z.enum(releaseTypes),
    description: z.string().max(maxDescriptionLength).optional(),
    config: classifyConfigSchema.optional().meta({ description: "Published instead of the draft's." }),
  })
  .meta({ id: 'PublishClassifierVersion' });

export const instantSchema = z.iso.datetime().meta({ description: 'RFC 3339, UTC.' });

export const createdBySchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('api_key'), name: z.string() }),
    z.strictObject({ type: z.literal('user'), email: z.string() }),
  ])
  .nullable();

const versionSummaryFields = {
  object: z.literal('classifier_version'),
  id: z.string(),
  description: z.string().nullable(),
  version: z.string().meta({ description: '`draft`, or a number such as `0.1` or `1.0`.' }),
  classifierId: z.string(),
  createdAt: instantSchema,
  createdBy: createdBySchema,
};

export const classifierVersionSummarySchema = z
  .strictObject(versionSummaryFields)
  .meta({ id: 'ClassifierVersionSummary' });

export const classifierVersionSchema = z
  .strictObject({ ...versionSummaryFields, config: classifyConfigSchema })
  .meta({ id: 'ClassifierVersion' });

const classifierSummaryFields = {
  object: z.literal('classifier'),
  id: z.string(),
  name: z.string(),
  createdAt: instantSchema,
  updatedAt: instantSchema,
};

export const classifierSummarySchema = z.strictObject(classifierSummaryFields).meta({ id: 'ClassifierSummary' });

export const classifierSchema = z
  .strictObject({ ...classifierSummaryFields, draftVersion: classifierVersionSchema })
  .meta({ id: 'Classifier' });

export const classifierListSchema = listSchema(classifierSummarySchema).meta({ id: 'ClassifierList' });
export const classifierVersionListSchema = listSchema(classifierVersionSummarySchema).meta({
  id: 'ClassifierVersionList',
});

export type ClassifierBody = z.infer<typeof classifierSchema>;
export type ClassifierSummaryBody = z.infer<typeof classifierSummarySchema>;
export type ClassifierVersionBody = z.infer<typeof classifierVersionSchema>;
export type ClassifierVersionSummaryBody = z.infer<typeof classifierVersionSummarySchema>;
