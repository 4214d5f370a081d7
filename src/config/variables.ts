import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { outgoingVariables } from './outgoing-variables.ts';
import { bucketName, httpUrl, oneOf, port, wholeNumber } from './setting-types.ts';
import { patienceLimits } from '../domain/waiting.ts';

const share = 'must be a number from 0 to 1';
const rate = 'must be a number above 0';
const cores = availableParallelism();

/**
 * Every variable that Pigeonhole reads, with its meaning and default. Tests compare docs/configuration.md and
 * `.env.example` with it. The package @temporalio/envconfig reads its own beside these (TEMPORAL_API_KEY,
 * TEMPORAL_TLS_*, TEMPORAL_PROFILE ...).
 */
export const variables = z.object({
  PORT: port(8080).describe('Port of the HTTP API.'),
  HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address that the API listens on. Anything but loopback needs API_KEYS.'),
  PUBLIC_URL: httpUrl()
    .optional()
    .describe(
      'Address under which clients reach the API, for links in its answers; by default the host that a request names, else `http://localhost:<PORT>`.',
    ),
  DATA_DIR: z.string().default('./data').describe('Folder of the database and the documents of `npm start`.'),
  TEMP_DIR: z
    .string()
    .optional()
    .describe(
      "Folder for documents while they are rendered, and for uploads on their way to S3; the system's by default.",
    ),
  API_KEYS: z
    .string()
    .optional()
    .describe('Keys and their tenants: `acme:key1,globex:sha256:<hex of the SHA-256 of the key>`.'),
  RESULT_CACHE_MB: wholeNumber(1, 10_000)
    .default(64)
    .describe('Memory in which each API process keeps the finished jobs that are read most, for a minute.'),
  SYNC_WAIT_SECONDS: wholeNumber(1, 290)
    .default(280)
    .describe(
      "Longest time that Extend's synchronous `POST /classify` waits for its run; its SDK gives up after 300 s.",
    ),
  BODY_MIN_BYTES_PER_SECOND: wholeNumber(0, 1_000_000)
    .default(1000)
    .describe(
      'Least that a client must send of a request, on average over 30 s, before it is answered 408; 0: anything.',
    ),
  REFUSED_BODY_SECONDS: wholeNumber(1, 600)
    .default(10)
    .describe('How long a client may go on sending a request that has its answer already, before it is cut off.'),
  REFUSED_BODY_MB: wholeNumber(1, 5000).default(64).describe('How much of it is read.'),
  ANSWER_MIN_BYTES_PER_SECOND: wholeNumber(0, 1_000_000)
    .default(1000)
    .describe(
      'Least that a client must read of an answer, on average over 30 s, before its connection is closed; 0: anything.',
    ),
  WAIT_CONCURRENCY: wholeNumber(2, 10_000)
    .default(400)
    .describe(
      "Requests that one API process lets wait for a run (`?wait=`, Extend's synchronous `POST /classify`). Temporal allows 1,200 waits to a namespace, those of workers included.",
    ),
  PROGRESS_CONCURRENCY: wholeNumber(2, 1000)
    .default(32)
    .describe(
      'Jobs that one API process asks Temporal about at a time, where questions beyond wait for their turn; and running ones that it asks for their progress, for which workers must stop: an answer beyond is without it.',
    ),
  RATE_LIMIT_PER_MINUTE: wholeNumber(0, 10_000_000)
    .default(6000)
    .describe('Requests of one tenant that one API process answers in a minute; 0: no limit.'),
  QUOTAS: z
    .string()
    .optional()
    .describe(
      'Documents that tenants may submit in a calendar month (UTC): `acme:1000,globex:50`. Others have no quota.',
    ),
  LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Least severe level that is logged; `debug` has a line for each poll, too.'),
  LOG_FORMAT: oneOf(['auto', 'json', 'pretty']).default('auto').describe('`auto`: pretty on a terminal, else JSON.'),
  SHUTDOWN_GRACE_SECONDS: wholeNumber(1, 3600)
    .default(20)
    .describe('How long running requests and activities may take to end after SIGTERM.'),

  TEMPORAL_ADDRESS: z.string().optional().describe('Temporal server, `host:port`. Unset: `npm start` starts its own.'),
  TEMPORAL_NAMESPACE: z.string().optional().describe('Temporal namespace; `default` by default.'),
  TEMPORAL_PORT: port(7233).describe('Port of the Temporal server that `npm start` starts.'),
  TEMPORAL_UI_PORT: wholeNumber(0, 65_535).default(8233).describe('Port of its web UI; 0: none.'),
  TEMPORAL_UI_HOSTS: z
    .string()
    .optional()
    .describe(
      "Names that Temporal's UI may be called by beside localhost, as a reverse proxy passes them on: `ui.example.com`, with the port where that is neither a default one nor TEMPORAL_UI_PORT: `localhost:9000`.",
    ),
  TEMPORAL_RETENTION_DAYS: wholeNumber(1, 3650)
    .default(30)
    .describe('How long the Temporal server of `npm start` keeps closed runs.'),
  TEMPORAL_BIN: z.string().optional().describe('Path of the Temporal CLI; else PATH, the cache, or `npm run tools`.'),

  S3_ENDPOINT: httpUrl()
    .optional()
    .describe('S3 server, e.g. `http://127.0.0.1:9000`. Unset: documents stay in DATA_DIR.'),
  S3_PUBLIC_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('The S3 server as callers reach it: files are then opened there, else through the API.'),
  S3_BUCKET: z
    .string()
    .regex(bucketName, 'must be 3 to 63 lower-case letters, digits, dots and hyphens, a letter or digit at both ends')
    .default('pigeonhole')
    .describe('Bucket; created when it is missing.'),
  S3_ACCESS_KEY: z.string().optional().describe('Access key of the S3 server.'),
  S3_SECRET_KEY: z.string().optional().describe('Secret key of the S3 server.'),
  S3_REGION: z.string().default('us-east-1').describe('Region of the bucket.'),

  RETENTION_DAYS: wholeNumber(0, 36_500)
    .default(0)
    .describe(
      'Days after which a finished job is deleted: its run, document, pages and result. 0: never. All workers need the same value.',
    ),
  ABANDONED_UPLOAD_DAYS: wholeNumber(0, 36_500)
    .default(7)
    .describe(
      'Days after which an upload is deleted whose job never started. 0: never. All workers need the same value.',
    ),

  CLASSIFIER: oneOf(['built-in', 'openai', 'cascade'])
    .optional()
    .describe(
      '`openai` when OPENAI_API_KEY or OPENAI_BASE_URL is set, else `built-in`. `cascade`: the model only where the built-in one is unsure.',
    ),
  CASCADE_CONFIDENCE: z.coerce
    .number(share)
    .min(0, share)
    .max(1, share)
    .default(0.8)
    .describe("Of `CLASSIFIER=cascade`: the confidence from which the built-in classifier's answer stands."),
  OPENAI_API_KEY: z.string().optional().describe('Key of the OpenAI-compatible endpoint.'),
  OPENAI_BASE_URL: httpUrl().optional().describe('Its base URL; that of OpenAI by default. Local servers need no key.'),
  OPENAI_MODEL: z
    .string()
    .default('gpt-4.1-mini')
    .describe('Vision model that judges the pages; on Azure a deployment.'),
  OPENAI_API_VERSION: z
    .string()
    .optional()
    .describe("`api-version` of Azure's dated API, e.g. `2024-10-21`; `OPENAI_BASE_URL` is then the resource's own."),
  MODEL_TIMEOUT_SECONDS: wholeNumber(1, 540).default(60).describe('Longest time for one model call.'),
  MODEL_MAX_OUTPUT_TOKENS: wholeNumber(16, 100_000)
    .default(1000)
    .describe('Most tokens that the model may answer with, its reasoning included.'),
  MODEL_REASONING_EFFORT: oneOf(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'])
    .optional()
    .describe('How much a model thinks that can think; `none` gets log-probabilities from some that give none else.'),
  MODEL_CONCURRENCY: wholeNumber(1, 1000).default(16).describe('Pages that one worker judges at a time.'),
  MODEL_CALLS_PER_SECOND: z.coerce
    .number(rate)
    .positive(rate)
    .optional()
    .describe('Rate limit over all workers, held by the Temporal server. All workers need the same value.'),
  PATIENCE_SECONDS: wholeNumber(0, patienceLimits.maxSeconds)
    .default(patienceLimits.defaultSeconds)
    .describe('Longest wait of a job for what only the operator can mend; a request may name a shorter one.'),
  LONGEST_PAUSE_SECONDS: wholeNumber(1, 3600)
    .default(10)
    .describe('Longest pause after which a worker looks whether that is mended.'),
  OCR_PROCESSES: wholeNumber(1, 64)
    .default(Math.min(cores, 2))
    .describe('Processes that read pages without a text layer for the built-in classifier.'),
  OCR_TIMEOUT_SECONDS: wholeNumber(1, 300)
    .default(20)
    .describe(
      'Most processor time for reading one page by OCR. By the clock it may take ten times that, at most 200 s, and is then tried once more.',
    ),

  SCORING_PROCESSES: wholeNumber(1, 64)
    .default(Math.min(cores, 2))
    .describe('Processes in which the built-in classifier judges pages; each needs up to SCORING_MEMORY_MB.'),
  SCORING_MEMORY_MB: wholeNumber(128, 65_536).default(512).describe('Memory at which such a process is ended.'),
  SCORING_TIMEOUT_SECONDS: wholeNumber(1, 300)
    .default(10)
    .describe(
      'Most processor time for judging the words of one page; most pages take some 10 ms. By the clock as for OCR_TIMEOUT_SECONDS.',
    ),

  RENDER_PROCESSES: wholeNumber(1, 64)
    .default(Math.min(cores, 4))
    .describe('Processes that render pages; each needs up to RENDER_MEMORY_MB.'),
  RENDER_MEMORY_MB: wholeNumber(256, 65_536).default(2048).describe('Memory at which a render process is ended.'),
  RENDER_PAGE_TIMEOUT_SECONDS: wholeNumber(1, 300)
    .default(20)
    .describe(
      'Most processor time for drawing one page. By the clock it may take ten times that, at most 200 s, in each of three tries.',
    ),
  RENDER_DOCUMENT_TIMEOUT_SECONDS: wholeNumber(1, 600)
    .default(30)
    .describe('Most processor time for drawing one document, and 2 s more for each page. By the clock ten times that.'),
  RENDER_LONG_SIDE_PX: wholeNumber(256, 4096)
    .default(1536)
    .describe('Long side of a page image in pixels; of a very long page, twice its short side.'),
  MAX_IMAGE_MEGAPIXELS: wholeNumber(1, 1000)
    .default(100)
    .describe('Larger images are refused before they are decoded.'),

  MAX_PAGE_CHARACTERS: wholeNumber(1000, 1_000_000)
    .default(100_000)
    .describe("Characters of one page's text layer that are read; the rest is left out."),
  MAX_TEXT_PAGES: wholeNumber(1, 10_000_000)
    .default(200_000)
    .describe('Texts of more pages are refused. A form feed ends a page, and so do 4,000 characters.'),
  MAX_HTML_DEPTH: wholeNumber(16, 100_000)
    .default(512)
    .describe('How deep elements of HTML may nest; deeper ones are read as siblings, as browsers do.'),

  MAX_FILE_MB: wholeNumber(1, 5000).default(500).describe('Largest document, in MB (1 MB = 1,000,000 bytes).'),
  MAX_JSON_VALUES: wholeNumber(1000, 10_000_000)
    .default(50_000)
    .describe('Most names and values in the JSON of one request. A thousand documents of a batch have some 10,000.'),
  DEFAULT_PAGES: wholeNumber(1, 1000).default(4).describe('Pages that are read when a request says nothing.'),
  MAX_PAGES: wholeNumber(1, 1000).default(50).describe('Most pages that one request may ask for.'),
  BATCH_CONCURRENCY: wholeNumber(1, 1000)
    .default(32)
    .describe('Documents of one batch or bulk rerun that are under way at a time; the others wait their turn.'),
  MAX_OPERATIONS: wholeNumber(1, 1000).default(10).describe('Bulk operations of one tenant under way at a time.'),
  DRY_RUN_JOBS: wholeNumber(1, 100_000)
    .default(5000)
    .describe('Jobs that a `dry_run` of a bulk rerun looks at; more are counted only.'),
  ...outgoingVariables,
  QUEUES: z
    .string()
    .default('workflow,fetch,render,model,deliver')
    .describe('Task queues that a worker serves; `--queues` of `npm run worker` wins.'),
});

export type Variables = z.infer<typeof variables>;
