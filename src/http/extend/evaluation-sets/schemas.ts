import { z } from 'zod';
import { classifierSummarySchema, createdBySchema, instantSchema, nameSchema } from '../classifiers/schemas.ts';
import { fileSummarySchema } from '../files/schemas.ts';
import { listSchema } from '../list.ts';

const maxDescriptionLength = 2000;
export const maxItemsAtOnce = 100;

export const createEvaluationSetSchema = z
  .object({
    name: nameSchema,
    description: z.string().max(maxDescriptionLength).default(''),
    entityId: z.string().meta({ description: 'The classifier that it is for.' }),
  })
  .meta({ id: 'CreateEvaluationSet' });

const expectedOutputSchema = z
  .object({ id: z.string(), type: z.string() })
  .meta({ id: 'ExpectedOutput', description: "One of the classifier's classifications." });

export const createEvaluationItemsSchema = z
  .object({
    items: z
      .array(z.object({ fileId: z.string(), expectedOutput: expectedOutputSchema }))
      .min(1)
      .max(maxItemsAtOnce),
  })
  .meta({ id: 'CreateEvaluationSetItems' });

export const updateEvaluationItemSchema = z
  .object({ expectedOutput: expectedOutputSchema })
  .meta({ id: 'UpdateEvaluationSetItem' });

export const evaluationSetSchema = z
  .strictObject({
    object: z.literal('evaluation_set'),
    id: z.string(),
    name: z.string(),
    description: z.string(),
    entity: classifierSummarySchema,
    createdAt: instantSchema,
    updatedAt: instantSchema,
    createdBy: createdBySchema,
  })
  .meta({ id: 'EvaluationSet' });

const itemSummaryFields = {
  object: z.literal('evaluation_set_item'),
  id: z.string(),
  file: fileSummarySchema,
  createdBy: createdBySchema,
};

const itemSummarySchema = z.strictObject(itemSummaryFields).meta({ id: 'EvaluationSetItemSummary' });

export const evaluationItemSchema = z
  .strictObject({
    ...itemSummaryFields,
    evaluationSetId: z.string(),
    expectedOutput: z.strictObject({ id: z.string(), type: z.string() }),
  })
  .meta({ id: 'EvaluationSetItem' });

export const createdItemsSchema = z
  .strictObject({ evaluationSetItems: z.array(evaluationItemSchema) })
  .meta({ id: 'CreatedEvaluationSetItems' });

export const deletedItemSchema = z.strictObject({ id: z.string() }).meta({ id: 'DeletedEvaluationSetItem' });

export const evaluationSetListSchema = listSchema(evaluationSetSchema).meta({ id: 'EvaluationSetList' });
export const evaluationItemListSchema = listSchema(itemSummarySchema).meta({ id: 'EvaluationSetItemList' });

export type EvaluationSetBody = z.infer<typeof evaluationSetSchema>;
export type EvaluationItemBody = z.infer<typeof evaluationItemSchema>;
export type EvaluationItemSummaryBody = z.infer<typeof itemSummarySchema>;
