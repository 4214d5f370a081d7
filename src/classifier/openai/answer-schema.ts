import type { ResponseFormatJSONSchema } from 'openai/resources/shared';

/**
 * The answer's shape. `option` comes first, so that its token depends on the page alone and its log-probability is the
 * model's belief, not a continuation of its own reasoning. At most 200 codes of three characters: far within OpenAI's
 * limits (1,000 enum values; 15,000 characters for an enum of more than 250).
 */
export function answerFormat(codes: readonly string[]): ResponseFormatJSONSchema {
  return {
    type: 'json_schema',
    json_schema: {
      name: 'page_classification',
      strict: true,
      schema: {
        type: 'object',
        properties: {
          option: { type: 'string', enum: codes.toSorted() },
          reason: { type: 'string', description: 'One short sentence' },
          confidence: { type: 'integer', description: '0 to 100' },
        },
        required: ['option', 'reason', 'confidence'],
        additionalProperties: false,
      },
    },
  };
}
