import { z } from 'zod';
import 'zod-openapi';
import { errorFacts } from '../../domain/errors.ts';

const errorCodes = z.enum(Object.keys(errorFacts));

const problemFields = {
  type: z
    .string()
    .regex(/^\/docs\/errors#[a-z_]+$/)
    .meta({ description: 'Where the error is explained.' }),
  title: z.string(),
  status: z.number().int().min(400).max(599),
  detail: z.string().meta({ description: 'A sentence for the person who called.' }),
  code: errorCodes.meta({ description: 'One of a closed list; /docs/errors explains each.' }),
  request_id: z.string().meta({ description: 'The same as the header X-Request-Id.' }),
  errors: z
    .array(
      z.strictObject({
        pointer: z.string().regex(/^\//).meta({ description: 'JSON pointer (RFC 6901) into the request.' }),
        detail: z.string(),
      }),
    )
    .optional()
    .meta({ description: 'Each field that is wrong.' }),
};

/** RFC 9457, and nothing of ours beyond it. */
export const problemSchema = z.strictObject(problemFields).meta({
  id: 'Problem',
  description: 'Problem details (RFC 9457).',
  examples: [
    {
      type: '/docs/errors#not_found',
      title: 'Not found',
      status: 404,
      detail: 'Job not found',
      code: 'not_found',
      request_id: '0b8a2b5e-52a5-4bf4-a1b0-3a7c1a9d1c55',
    },
  ],
});

/** The one problem whose detail is no sentence: Unsiloed's clients read an object here. */
export const quotaProblemSchema = z
  .strictObject({
    ...problemFields,
    detail: z.strictObject({
      message: z.string(),
      status: z.literal('QUOTA_EXCEEDED'),
      quota_data: z.strictObject({
        current: z.number().int().min(0),
        limit: z.number().int().min(0),
        remaining: z.number().int().min(0),
      }),
    }),
  })
  .meta({ id: 'QuotaProblem', description: 'Problem details whose `detail` is the object of Unsiloed.' });

export const aliveSchema = z.strictObject({ status: z.literal('ok') }).meta({ id: 'Alive' });

const state = z.enum(['ok', 'unavailable']);
export const readinessSchema = z
  .strictObject({
    status: state,
    dependencies: z.record(z.string(), state),
    reasons: z.record(z.string(), z.string()).optional().meta({
      description:
        'Why one of them cannot be used. A model that cannot does not make the service unready: jobs wait for it.',
    }),
    waiting: z
      .array(
        z.strictObject({
          for: z.enum(['model', 'store', 'worker']),
          since: z.iso.datetime(),
          jobs: z.int().min(0),
          others: z.int().min(1).optional().meta({ description: 'Batches, webhooks and operations on many jobs.' }),
          reason: z.string(),
        }),
      )
      .optional()
      .meta({
        description:
          'What jobs wait for that only the operator can mend, since when, how many (1,000 are looked at), and the setting to change.',
      }),
  })
  .meta({ id: 'Readiness', examples: [{ status: 'ok', dependencies: { temporal: 'ok', store: 'ok' } }] });

export const versionSchema = z
  .strictObject({ name: z.literal('pigeonhole'), version: z.string(), node: z.string() })
  .meta({ id: 'Version' });
