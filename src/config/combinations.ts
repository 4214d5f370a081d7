import { isIP } from 'node:net';
import type { z } from 'zod';
import { variables } from './variables.ts';

type Given = Readonly<Record<string, string>>;

/** Finds conflicts between variables. Skips checks that involve a variable which is invalid by itself. */
export function combinationProblems(given: Given): string[] {
  return combinations.flatMap((problemOf) => problemOf(given) ?? []);
}

const combinations = [
  combination(variables.pick({ HOST: true, API_KEYS: true }), (v) =>
    !isLoopback(v.HOST) && v.API_KEYS === undefined
      ? `HOST: ${v.HOST} is reachable from other machines, so API_KEYS must be set; or leave HOST at 127.0.0.1`
      : undefined,
  ),
  combination(variables.pick({ S3_ENDPOINT: true, S3_ACCESS_KEY: true, S3_SECRET_KEY: true }), (v) =>
    v.S3_ENDPOINT !== undefined && (v.S3_ACCESS_KEY === undefined || v.S3_SECRET_KEY === undefined)
      ? 'S3_ACCESS_KEY, S3_SECRET_KEY: both must be set together with S3_ENDPOINT'
      : undefined,
  ),
  combination(variables.pick({ S3_ENDPOINT: true, S3_PUBLIC_ENDPOINT: true }), (v) =>
    v.S3_PUBLIC_ENDPOINT !== undefined && v.S3_ENDPOINT === undefined
      ? 'S3_PUBLIC_ENDPOINT: is of use only together with S3_ENDPOINT'
      : undefined,
  ),
  combination(variables.pick({ CLASSIFIER: true, OPENAI_API_KEY: true, OPENAI_BASE_URL: true }), (v) => {
    const needsModel = v.CLASSIFIER === 'openai' || v.CLASSIFIER === 'cascade';
    return needsModel && v.OPENAI_API_KEY === undefined && v.OPENAI_BASE_URL === undefined
      ? `CLASSIFIER: ${v.CLASSIFIER} needs OPENAI_API_KEY, or OPENAI_BASE_URL of a server that takes no key`
      : undefined;
  }),
  combination(variables.pick({ OPENAI_API_VERSION: true, OPENAI_BASE_URL: true }), (v) =>
    v.OPENAI_API_VERSION !== undefined && v.OPENAI_BASE_URL === undefined
      ? 'OPENAI_API_VERSION: belongs to Azure, so OPENAI_BASE_URL must be set to https://<resource>.openai.azure.com'
      : undefined,
  ),
  combination(variables.pick({ DEFAULT_PAGES: true, MAX_PAGES: true }), (v) =>
    v.DEFAULT_PAGES > v.MAX_PAGES
      ? `DEFAULT_PAGES: must be at most MAX_PAGES (${v.MAX_PAGES}); got "${v.DEFAULT_PAGES}"`
      : undefined,
  ),
];

/** `schema` is that of the variables which the check compares. */
function combination<T extends z.ZodType>(schema: T, problemOf: (values: z.output<T>) => string | undefined) {
  return (given: Given): string | undefined => {
    const parsed = schema.safeParse(given);
    return parsed.success ? problemOf(parsed.data) : undefined;
  };
}

/** Loopback by name or address; a host name that merely resolves to it does not count. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
