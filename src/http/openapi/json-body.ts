import type { z } from 'zod';

/** A JSON body that must be there. */
export function jsonBody(schema: z.ZodType) {
  return { required: true, content: { 'application/json': { schema } } };
}
