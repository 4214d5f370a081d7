import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

export const root = new URL('../../', import.meta.url);

/** What a person must fill in. */
export const requiredValues: Readonly<Record<string, string>> = {
  API_KEYS: 'acme:key-of-a-test',
  POSTGRES_PASSWORD: 'password-of-a-test',
  S3_ACCESS_KEY: 'access-key-of-a-test',
  S3_SECRET_KEY: 'secret-key-of-a-test',
};

const serviceSchema = z.looseObject({
  image: z.string(),
  build: z.string().optional(),
  command: z.array(z.string()).default([]),
  container_name: z.string().optional(),
  environment: z.record(z.string(), z.coerce.string()).default({}),
  ports: z.array(z.string()).optional(),
  volumes: z.array(z.string()).optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).optional(),
  healthcheck: z.looseObject({ test: z.array(z.string()) }).optional(),
  restart: z.string(),
  mem_limit: z.string().optional(),
  stop_grace_period: z.string().default('10s'),
});

export type Service = z.infer<typeof serviceSchema>;

const composeSchema = z.looseObject({
  services: z.record(z.string(), serviceSchema),
  volumes: z.record(z.string(), z.unknown()),
});

export type ComposeFile = z.infer<typeof composeSchema>;

/** `docker-compose.yml` as docker compose would see it: variables replaced, merge keys resolved. */
export function loadCompose(values: Readonly<Record<string, string>>): ComposeFile {
  const source = readFileSync(new URL('docker-compose.yml', root), 'utf8');
  const replaced = (_key: unknown, value: unknown) => (typeof value === 'string' ? interpolate(value, values) : value);
  return composeSchema.parse(parse(source, replaced, { merge: true }));
}

/**
 * `${NAME:-fallback}` and `${NAME:?message}` of the Compose specification, chapter "Interpolation". Another form is a
 * mistake here.
 */
function interpolate(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{?[^}]*\}?/g, (expression) => {
    const [, name = '', operator, rest = ''] = /^\$\{(\w+):([-?])([^}]*)\}$/.exec(expression) ?? [];
    if (operator === undefined) throw new Error(`not a form that is used here: ${expression}`);
    const value = values[name] ?? '';
    if (value === '' && operator === '?') throw new Error(`${name} ${rest}`);
    return value === '' ? rest : value;
  });
}

/** `45s` */
export function seconds(duration: string): number {
  const match = /^(\d+)s$/.exec(duration);
  if (!match) throw new Error(`not in seconds: ${duration}`);
  return Number(match[1]);
}
