import { z } from 'zod';
import 'zod-openapi';
import { reviewLimits } from '../../../domain/review.ts';

const maxInsights = 20;
const maxInsightLength = 4000;

const insightSchema = z.object({ type: z.literal('reasoning'), content: z.string().max(maxInsightLength) });

const reviewedOutputSchema = z
  .object({
    id: z.string().optional().meta({ description: "Of one of the run's classifications." }),
    type: z.string().optional(),
    confidence: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .meta({ description: "1 by default; the classifier's own where the type is left as it is." }),
    insights: z.array(insightSchema).max(maxInsights).optional(),
  })
  .refine(({ id, type }) => id !== undefined || type !== undefined, { message: 'must have an id or a type' });

export const reviewSchema = z
  .object({
    type: z.string().optional().meta({ description: "Of one of the run's classifications." }),
    output: reviewedOutputSchema.optional(),
    evaluationSetId: z
      .string()
      .min(1)
      .optional()
      .meta({ description: 'The document becomes an item of this set; what the person says is expected of it.' }),
  })
  .superRefine(({ type, output }, context) => {
    if ((type === undefined) !== (output === undefined)) return;
    const seen = type === undefined ? 'has neither' : 'has both';
    context.addIssue({ code: 'custom', message: `must have exactly one of type and output; ${seen}` });
  })
  .meta({ id: 'ReviewClassifyRun', description: 'Exactly one of `type` and `output`.' });

/** The option by which a run is created that may wait for a person. */
export const reviewPolicySchema = z
  .object({
    belowConfidence: z
      .number()
      .min(0)
      .max(1)
      .meta({ description: 'Below this confidence the run waits for a review.' }),
    timeoutSeconds: z
      .number()
      .int()
      .min(1)
      .max(reviewLimits.maxTimeoutSeconds)
      .default(reviewLimits.defaultTimeoutSeconds)
      .meta({ description: `Then it goes on unreviewed; ${reviewLimits.defaultTimeoutSeconds} (a day) by default.` }),
  })
  .meta({ id: 'ReviewPolicy', description: 'Not in the SDK.' });
