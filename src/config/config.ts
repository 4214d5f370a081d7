import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { parseApiKeys, parseQuotas, parseWebhookSecrets } from './tenant-lists.ts';
import type { LogConfig } from '../logger.ts';
import { combinationProblems } from './combinations.ts';
import { ConfigError } from './config-error.ts';
import { type Variables, variables } from './variables.ts';
import { connectionProblems, definedOnly, temporalConnection } from './temporal-setting.ts';
import type { Retention } from '../domain/retention.ts';
import { ClassifierError } from '../domain/errors.ts';
import { trimEndOf } from '../domain/trim-end-of.ts';
import { parseAllowedNetworks } from '../domain/source-url.ts';
import { Secret } from '../secret.ts';
import { countOf } from '../domain/text.ts';

const queueNames = ['workflow', 'fetch', 'render', 'model', 'deliver'] as const;
export type QueueName = (typeof queueNames)[number];

export type StoreConfig =
  | { readonly kind: 'folder'; readonly directory: string }
  | {
      readonly kind: 's3';
      readonly endpoint: string;
      readonly publicEndpoint?: string;
      readonly bucket: string;
      readonly accessKey: Secret;
      readonly secretKey: Secret;
      readonly region: string;
    };

export type ClassifierConfig =
  | { readonly kind: 'built-in' }
  | {
      readonly kind: 'openai' | 'cascade';
      /** For the cascade: the confidence from which the built-in answer stands. */
      readonly sureFrom: number;
      readonly apiKey: Secret;
      readonly baseUrl: string;
      readonly apiVersion?: string;
      readonly model: string;
      readonly reasoningEffort?: Variables['MODEL_REASONING_EFFORT'];
      readonly timeoutMs: number;
      readonly maxOutputTokens: number;
    };

export type Config = ReturnType<typeof toConfig>;

/**
 * Reads the environment; nothing else does. An empty variable counts as unset; `overrides` come from the command line.
 * Throws ConfigError that names every bad variable at once.
 */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  overrides: Readonly<Record<string, string | undefined>> = {},
): Config {
  const present = definedOnly({ ...environment, ...definedOnly(overrides) });
  const given = Object.fromEntries(Object.entries(present).filter(([, value]) => value !== ''));
  const parsed = parseVariables(given);
  const problems = [
    ...('problems' in parsed ? parsed.problems : []),
    ...combinationProblems(given),
    ...listProblems(given),
    ...connectionProblems(given),
  ];
  if (problems.length > 0 || 'problems' in parsed) throw new ConfigError(problems.join('\n'));
  return toConfig(parsed.variables, given);
}

/** Finds problems inside lists, which the schema sees as text. */
function listProblems(given: Readonly<Record<string, string>>): readonly string[] {
  return [
    ...parseApiKeys(given['API_KEYS']).problems,
    ...parseQuotas(given['QUOTAS']).problems,
    ...parseWebhookSecrets(given['WEBHOOK_SECRETS']).problems,
    ...queueProblems(given['QUEUES']),
    ...networkProblems(list(given['ALLOWED_NETWORKS'])),
  ];
}

function networkProblems(entries: readonly string[]): readonly string[] {
  try {
    parseAllowedNetworks(entries);
    return [];
  } catch (error) {
    if (error instanceof ClassifierError) return [error.detail];
    throw error;
  }
}

function queueProblems(given: string | undefined): readonly string[] {
  const names = list(given);
  const isKnown = names.every((name) => queueNames.some((known) => known === name));
  if (given === undefined || (names.length > 0 && isKnown)) return [];
  return [`QUEUES: must name some of ${queueNames.join(', ')}; got "${given}"`];
}

function toConfig(v: Variables, environment: Record<string, string | undefined>) {
  const log: LogConfig = { level: v.LOG_LEVEL, format: v.LOG_FORMAT };
  return {
    log,
    dataDirectory: resolve(v.DATA_DIR),
    tempDirectory: resolve(v.TEMP_DIR ?? tmpdir()),
    shutdownGraceMs: v.SHUTDOWN_GRACE_SECONDS * 1000,
    http: {
      host: v.HOST,
      port: v.PORT,
      publicUrl: trimEndOf(v.PUBLIC_URL ?? `http://localhost:${v.PORT}`, '/'),
      hasPublicUrl: v.PUBLIC_URL !== undefined,
      bodies: {
        minBytesPerSecond: v.BODY_MIN_BYTES_PER_SECOND,
        windowMs: 30_000,
        maxDrainBytes: v.REFUSED_BODY_MB * 1_000_000,
        maxDrainMs: v.REFUSED_BODY_SECONDS * 1000,
      },
      answers: { minBytesPerSecond: v.ANSWER_MIN_BYTES_PER_SECOND, windowMs: 30_000 },
      syncWaitMs: v.SYNC_WAIT_SECONDS * 1000,
      maxCacheBytes: v.RESULT_CACHE_MB * 1_000_000,
      apiKeys: parseApiKeys(v.API_KEYS).keys,
      rateLimitPerMinute: v.RATE_LIMIT_PER_MINUTE,
    },
    serverKey: v.SERVER_KEY === undefined ? undefined : new Secret(v.SERVER_KEY),
    quotas: parseQuotas(v.QUOTAS).quotas,
    temporal: {
      ...temporalConnection(environment, v.TEMPORAL_PORT),
      port: v.TEMPORAL_PORT,
      uiPort: v.TEMPORAL_UI_PORT,
      uiHosts: list(v.TEMPORAL_UI_HOSTS),
      retentionDays: v.TEMPORAL_RETENTION_DAYS,
    },
    storage: storeConfig(v),
    retention: retentionConfig(v),
    classifier: classifierConfig(v),
    model: {
      concurrency: v.MODEL_CONCURRENCY,
      longestPauseMs: v.LONGEST_PAUSE_SECONDS * 1000,
      ...(v.MODEL_CALLS_PER_SECOND !== undefined && { callsPerSecond: v.MODEL_CALLS_PER_SECOND }),
    },
    ocr: { processes: v.OCR_PROCESSES, timeoutMs: v.OCR_TIMEOUT_SECONDS * 1000 },
    scoring: {
      processes: v.SCORING_PROCESSES,
      timeoutMs: v.SCORING_TIMEOUT_SECONDS * 1000,
      maxProcessMemoryBytes: v.SCORING_MEMORY_MB * 1024 * 1024,
    },
    render: {
      processes: v.RENDER_PROCESSES,
      maxProcessMemoryBytes: v.RENDER_MEMORY_MB * 1024 * 1024,
      pageTimeoutMs: v.RENDER_PAGE_TIMEOUT_SECONDS * 1000,
      documentTimeoutMs: v.RENDER_DOCUMENT_TIMEOUT_SECONDS * 1000,
      longSidePx: v.RENDER_LONG_SIDE_PX,
      maxImagePixels: v.MAX_IMAGE_MEGAPIXELS * 1_000_000,
      maxPageCharacters: v.MAX_PAGE_CHARACTERS,
      maxTextPages: v.MAX_TEXT_PAGES,
      maxHtmlDepth: v.MAX_HTML_DEPTH,
    },
    limits: {
      maxFileBytes: v.MAX_FILE_MB * 1_000_000,
      defaultPages: v.DEFAULT_PAGES,
      maxPages: v.MAX_PAGES,
      maxJsonValues: v.MAX_JSON_VALUES,
    },
    patienceSeconds: v.PATIENCE_SECONDS,
    batch: { concurrency: v.BATCH_CONCURRENCY, maxOperations: v.MAX_OPERATIONS, maxDryRunJobs: v.DRY_RUN_JOBS },
    shares: {
      fetch: { slots: v.FETCH_CONCURRENCY, share: v.TENANT_SHARE },
      progress: { slots: v.PROGRESS_CONCURRENCY, share: v.TENANT_SHARE },
      wait: { slots: v.WAIT_CONCURRENCY, share: v.TENANT_SHARE },
      deliver: { slots: v.WEBHOOK_CONCURRENCY, share: v.TENANT_SHARE },
    },
    fetch: {
      connectTimeoutMs: 10_000,
      totalTimeoutMs: v.FETCH_TIMEOUT_SECONDS * 1000,
      minBytesPerSecond: v.FETCH_MIN_BYTES_PER_SECOND,
      maxRedirects: 5,
      allowedNetworks: list(v.ALLOWED_NETWORKS),
    },
    dnsTimeoutMs: v.DNS_TIMEOUT_SECONDS * 1000,
    webhook: {
      secrets: parseWebhookSecrets(v.WEBHOOK_SECRETS).secrets,
      secretOverlapMs: v.WEBHOOK_SECRET_OVERLAP_HOURS * 3_600_000,
      timeoutMs: v.WEBHOOK_TIMEOUT_SECONDS * 1000,
    },
    queues: queueNames.filter((name) => list(v.QUEUES).includes(name)),
  } as const;
}

/** True for `npm start`, `npm run api` and `npm run worker`: npm names the script that it runs. */
export function isRunByNpm(environment: Readonly<Record<string, string | undefined>> = process.env): boolean {
  return ['start', 'api', 'worker'].includes(environment['npm_lifecycle_event'] ?? '');
}

function retentionConfig({ RETENTION_DAYS: jobDays, ABANDONED_UPLOAD_DAYS: uploadDays }: Variables): Retention {
  return { ...(jobDays > 0 && { jobDays }), ...(uploadDays > 0 && { uploadDays }) };
}

function storeConfig(v: Variables): StoreConfig {
  if (v.S3_ENDPOINT === undefined) return { kind: 'folder', directory: resolve(v.DATA_DIR, 'objects') };
  return {
    kind: 's3',
    endpoint: v.S3_ENDPOINT,
    ...(v.S3_PUBLIC_ENDPOINT !== undefined && { publicEndpoint: v.S3_PUBLIC_ENDPOINT }),
    bucket: v.S3_BUCKET,
    accessKey: new Secret(v.S3_ACCESS_KEY ?? ''),
    secretKey: new Secret(v.S3_SECRET_KEY ?? ''),
    region: v.S3_REGION,
  };
}

function classifierConfig(v: Variables): ClassifierConfig {
  const hasEndpoint = v.OPENAI_API_KEY !== undefined || v.OPENAI_BASE_URL !== undefined;
  if ((v.CLASSIFIER ?? (hasEndpoint ? 'openai' : 'built-in')) === 'built-in') return { kind: 'built-in' };
  return {
    kind: v.CLASSIFIER === 'cascade' ? 'cascade' : 'openai',
    sureFrom: v.CASCADE_CONFIDENCE,
    apiKey: new Secret(v.OPENAI_API_KEY ?? 'none'),
    baseUrl: v.OPENAI_BASE_URL ?? 'https://api.openai.com/v1',
    model: v.OPENAI_MODEL,
    timeoutMs: v.MODEL_TIMEOUT_SECONDS * 1000,
    maxOutputTokens: v.MODEL_MAX_OUTPUT_TOKENS,
    ...(v.OPENAI_API_VERSION !== undefined && { apiVersion: v.OPENAI_API_VERSION }),
    ...(v.MODEL_REASONING_EFFORT !== undefined && { reasoningEffort: v.MODEL_REASONING_EFFORT }),
  };
}

function list(value: string | undefined): string[] {
  return (value ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

/** Reads the variables. Reports each bad one in a line: its name, the allowed values, the value seen. */
function parseVariables(
  given: Readonly<Record<string, string>>,
): { readonly variables: Variables } | { readonly problems: readonly string[] } {
  const parsed = variables.safeParse(given);
  if (parsed.success) return { variables: parsed.data };
  const lines = parsed.error.issues.map(({ path, message }) => {
    const name = path.join('.');
    const value = given[name] ?? '';
    return `${name}: ${message}; got ${secretNames.has(name) ? countOf(value.length, 'character') : `"${value}"`}`;
  });
  return { problems: [...new Set(lines)] };
}

/** Never show these values, because the report lands in logs. */
const secretNames: ReadonlySet<string> = new Set(['SERVER_KEY'] satisfies (keyof Variables)[]);
