import { expect } from 'vitest';
import { z } from 'zod';

/** RFC 9457, and nothing of ours beyond it. */
const problemSchema = z.strictObject({
  type: z.string().startsWith('/docs/errors#'),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  code: z.string(),
  request_id: z.string(),
  errors: z.array(z.strictObject({ pointer: z.string().startsWith('/'), detail: z.string() })).optional(),
});

/** The problem that a response holds; fails when it is not one. */
export async function problemOf(response: Response): Promise<z.infer<typeof problemSchema>> {
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const problem = problemSchema.parse(await response.json());
  expect(problem.status).toBe(response.status);
  expect(response.headers.get('x-request-id')).toBe(problem.request_id);
  return problem;
}
