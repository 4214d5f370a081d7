import { APIError } from 'openai';
import { z } from 'zod';

const errorSchema = z.union([
  z.string(),
  z.looseObject({
    message: z.unknown().optional(),
    code: z.union([z.string(), z.number()]).nullish().catch(undefined),
    status: z.union([z.string(), z.number()]).nullish().catch(undefined),
    type: z.string().nullish().catch(undefined),
  }),
]);
const bodySchema = z.looseObject({
  error: errorSchema.nullish().catch(undefined),
  choices: z
    .array(z.looseObject({ error: errorSchema.nullish().catch(undefined) }))
    .nullish()
    .catch(undefined),
});

/** Status codes for words, if there is no number. */
const statusOfWord: readonly (readonly [RegExp, number])[] = [
  [/insufficient_(quota|credits?|funds)|billing|payment/u, 402],
  [/rate_?limit|too_many|resource_exhausted|throttl/u, 429],
  [/invalid_api_key|unauthenticated|unauthorized|authentication/u, 401],
  [/permission|forbidden/u, 403],
  [/not_found/u, 404],
  [/unavailable|overloaded|bad_gateway/u, 503],
  [/timeout/u, 504],
  [/server_error|internal/u, 500],
];

/**
 * The error that a gateway reports in an answer with status 200, as `error` of the body or of its choice, treated as if
 * it had its own status. Undefined if there is none, or if it has no status: then another kind of server answers.
 */
export function toReportedError(value: unknown): APIError | undefined {
  const { data } = bodySchema.safeParse(value);
  const error = data?.error ?? data?.choices?.[0]?.error;
  if (error === undefined || error === null || typeof error === 'string') return undefined;
  const status = statusOf(error);
  if (status === undefined) return undefined;
  const { message, code } = error;
  const body = { ...error, code: typeof code === 'string' ? code : null };
  return APIError.generate(status, { error: body }, typeof message === 'string' ? message : undefined, new Headers());
}

type ReportedError = Exclude<z.infer<typeof errorSchema>, string>;

function statusOf({ code, status, type }: ReportedError): number | undefined {
  for (const value of [code, status]) {
    const number = Number(value ?? Number.NaN);
    if (Number.isInteger(number) && number >= 400 && number < 600) return number;
  }
  const words = [code, status, type]
    .filter((word) => typeof word === 'string')
    .join(' ')
    .toLowerCase();
  return statusOfWord.find(([pattern]) => pattern.test(words))?.[1];
}
