import { z } from 'zod';
import 'zod-openapi';

export const errorBodySchema = z
  .strictObject({
    code: z.string().meta({ description: 'INVALID_REQUEST, UNAUTHORIZED, USAGE_BLOCKED, NOT_FOUND ...' }),
    message: z.string().meta({ description: 'A sentence for the person who called.' }),
    retryable: z.boolean(),
    requestId: z.string(),
    docUrl: z.string().meta({ description: 'Where the error is explained.' }),
    errors: z
      .array(z.strictObject({ pointer: z.string(), detail: z.string() }))
      .optional()
      .meta({ description: 'Each field that is wrong, by its JSON pointer (RFC 6901).' }),
  })
  .meta({ id: 'ExtendError', description: "An error in the form of Extend's API." });

export type ErrorBody = z.infer<typeof errorBodySchema>;
