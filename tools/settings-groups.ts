import { variables, type Variables } from '../src/config/variables.ts';

export type SettingName = keyof Variables;

export interface SettingsGroup {
  readonly title: string;
  readonly names: readonly SettingName[];
}

/** In which order and under which headings the settings are told. Each stands in one group; a test says so. */
export const settingsGroups: readonly SettingsGroup[] = [
  {
    title: 'HTTP API',
    names: [
      'PORT',
      'HOST',
      'PUBLIC_URL',
      'API_KEYS',
      'RATE_LIMIT_PER_MINUTE',
      'QUOTAS',
      'SYNC_WAIT_SECONDS',
      'BODY_MIN_BYTES_PER_SECOND',
      'REFUSED_BODY_SECONDS',
      'REFUSED_BODY_MB',
      'ANSWER_MIN_BYTES_PER_SECOND',
      'WAIT_CONCURRENCY',
      'PROGRESS_CONCURRENCY',
      'RESULT_CACHE_MB',
    ],
  },
  {
    title: 'Limits of a request',
    names: [
      'MAX_FILE_MB',
      'MAX_JSON_VALUES',
      'DEFAULT_PAGES',
      'MAX_PAGES',
      'BATCH_CONCURRENCY',
      'MAX_OPERATIONS',
      'DRY_RUN_JOBS',
      'FETCH_TIMEOUT_SECONDS',
      'FETCH_MIN_BYTES_PER_SECOND',
      'ALLOWED_NETWORKS',
    ],
  },
  {
    title: 'Classifier',
    names: [
      'CLASSIFIER',
      'CASCADE_CONFIDENCE',
      'OPENAI_API_KEY',
      'OPENAI_BASE_URL',
      'OPENAI_MODEL',
      'OPENAI_API_VERSION',
      'MODEL_REASONING_EFFORT',
      'MODEL_TIMEOUT_SECONDS',
      'MODEL_MAX_OUTPUT_TOKENS',
      'MODEL_CONCURRENCY',
      'PATIENCE_SECONDS',
      'LONGEST_PAUSE_SECONDS',
      'MODEL_CALLS_PER_SECOND',
      'OCR_PROCESSES',
      'OCR_TIMEOUT_SECONDS',
      'SCORING_PROCESSES',
      'SCORING_MEMORY_MB',
      'SCORING_TIMEOUT_SECONDS',
    ],
  },
  {
    title: 'Webhooks',
    names: ['WEBHOOK_SECRETS', 'WEBHOOK_SECRET_OVERLAP_HOURS', 'WEBHOOK_TIMEOUT_SECONDS'],
  },
  {
    title: 'Rendering',
    names: [
      'RENDER_PROCESSES',
      'RENDER_MEMORY_MB',
      'RENDER_PAGE_TIMEOUT_SECONDS',
      'RENDER_DOCUMENT_TIMEOUT_SECONDS',
      'RENDER_LONG_SIDE_PX',
      'MAX_IMAGE_MEGAPIXELS',
      'MAX_PAGE_CHARACTERS',
      'MAX_TEXT_PAGES',
      'MAX_HTML_DEPTH',
      'TEMP_DIR',
    ],
  },
  {
    title: 'Documents and results',
    names: [
      'S3_ENDPOINT',
      'S3_PUBLIC_ENDPOINT',
      'S3_BUCKET',
      'S3_ACCESS_KEY',
      'S3_SECRET_KEY',
      'S3_REGION',
      'RETENTION_DAYS',
      'ABANDONED_UPLOAD_DAYS',
      'SERVER_KEY',
    ],
  },
  {
    title: 'Temporal',
    names: [
      'TEMPORAL_ADDRESS',
      'TEMPORAL_NAMESPACE',
      'QUEUES',
      'FETCH_CONCURRENCY',
      'DNS_TIMEOUT_SECONDS',
      'WEBHOOK_CONCURRENCY',
      'TENANT_SHARE',
    ],
  },
  {
    title: 'The servers of `npm start`',
    names: [
      'DATA_DIR',
      'TEMPORAL_PORT',
      'TEMPORAL_UI_PORT',
      'TEMPORAL_UI_HOSTS',
      'TEMPORAL_RETENTION_DAYS',
      'TEMPORAL_BIN',
    ],
  },
  { title: 'Process', names: ['LOG_LEVEL', 'LOG_FORMAT', 'SHUTDOWN_GRACE_SECONDS'] },
];

/** Defaults that depend on the machine, in words: what is written must be the same on every machine. */
export const machineDefaults: Readonly<Partial<Record<SettingName, string>>> = {
  OCR_PROCESSES: 'cores, at most 2',
  SCORING_PROCESSES: 'cores, at most 2',
  RENDER_PROCESSES: 'cores, at most 4',
};

/** What only docker-compose.yml reads. */
export const composeSettings = [
  {
    name: 'POSTGRES_PASSWORD',
    fallback: undefined,
    description: "Password of Temporal's database; letters and digits. It is set when the volume is new.",
  },
  {
    name: 'PUBLISH_ADDRESS',
    fallback: '127.0.0.1',
    description: 'Address of this machine on which the API is published; `0.0.0.0` for all of them.',
  },
  {
    name: 'TEMPORAL_UI_PUBLISH_ADDRESS',
    fallback: '127.0.0.1',
    description: "The same for Temporal's UI, which has no login: open it only behind one.",
  },
  {
    name: 'WORKER_MEMORY_LIMIT',
    fallback: '6g',
    description: 'Memory of one worker: RENDER_PROCESSES (2 in compose) x RENDER_MEMORY_MB, and 2 GB.',
  },
] as const;

/** Those of @temporalio/envconfig beside TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE. */
export const temporalEnvironment: Readonly<Record<string, string>> = {
  TEMPORAL_API_KEY: 'API key, e.g. of Temporal Cloud; turns TLS on.',
  TEMPORAL_TLS: '`true`: TLS with the authorities that Node knows; `false`: no TLS, whatever else is set.',
  TEMPORAL_TLS_CLIENT_CERT_PATH: 'Client certificate for mTLS, PEM; `TEMPORAL_TLS_CLIENT_CERT_DATA` holds it itself.',
  TEMPORAL_TLS_CLIENT_KEY_PATH: 'Its key; or `TEMPORAL_TLS_CLIENT_KEY_DATA`.',
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: "Certificate of the server's authority; or `TEMPORAL_TLS_SERVER_CA_CERT_DATA`.",
  TEMPORAL_TLS_SERVER_NAME: "Name that the server's certificate must bear, where it is not that of the address.",
  TEMPORAL_GRPC_META_X: 'Adds the gRPC header `x`; any name in place of X.',
  TEMPORAL_CONFIG_FILE:
    "TOML file with profiles. One that lies in the user's folder is not read unless this or the next is set.",
  TEMPORAL_PROFILE: 'Which profile of that file.',
};

/** Every name of the schema, in its own order. */
export const settingNames = variables.keyof().options;
