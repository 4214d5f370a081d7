import { readFileSync } from 'node:fs';
import type { Client } from '@temporalio/client';
import { z } from 'zod';
import type { ActivityDependencies } from '../activities/index.ts';
import { childUrlField, fileUrlField } from '../activities/store-document.ts';
import { checkFolder } from './startup/check-storage.ts';
import type { CheckModel } from './startup/check-model.ts';
import { createOcrPool } from './classifier/built-in/ocr-pool.ts';
import { createScoringPool } from './classifier/built-in/scoring-pool.ts';
import { createCascadeClassifier } from './classifier/cascade/cascade-classifier.ts';
import { createOpenAiClassifier } from './classifier/openai/openai-classifier.ts';
import type { PageClassifier } from './classifier/page-classifier.ts';
import type { Config } from './config/config.ts';
import type { AppDependencies } from './http/app.ts';
import { createTenantSlots } from './domain/tenant-slots.ts';
import { createEventPayloads } from './http/extend/webhooks/event-payloads.ts';
import { createUrlSigner, type UrlSigner } from './http/shared/signed-url.ts';
import { toJobBody } from './http/unsiloed/job-body.ts';
import { createBatchService } from './jobs/batch-service.ts';
import { createEvaluationService } from './jobs/evaluation-service.ts';
import { createEventService } from './jobs/event-service.ts';
import { createJobService } from './jobs/job-service.ts';
import { createOperator } from './jobs/operate-on-jobs.ts';
import { createOperationService } from './jobs/operation-service.ts';
import { createBatchPreparer } from './jobs/prepare-batch-runs.ts';
import { createIsStarted, createQuotas } from './jobs/quota.ts';
import { createRunService } from './jobs/run-service.ts';
import { createWebhookService } from './jobs/webhook-service.ts';
import type { Logger } from './logger.ts';
import { createGuardedFetch } from './net/fetch-guard.ts';
import { createGuardedPost } from './net/guarded-post.ts';
import { createResolveHost } from './net/resolve-host.ts';
import { createDocumentRenderer } from './pdf/render-pool.ts';
import { createObjectStore } from './storage/create-store.ts';
import { createFilePasswords, type FilePasswords } from './records/files/file-passwords.ts';
import type { ObjectStore } from './storage/object-store.ts';
import { createServerKey } from './records/server-key.ts';
import { createCircuit, type Circuit } from './waiting/circuit.ts';
import { createWaitingCounter } from './waiting/waiting-counter.ts';
import { toWorkerFault } from './waiting/worker-fault.ts';
import type { EventPayloads } from './webhook/event-payload.ts';
import { createWebhookSecrets, type WebhookSecrets } from './records/webhooks/webhook-secrets.ts';

export type WorkerDependencies = ActivityDependencies;

/** The composition root: makes every part of the service from the settings, and disposes of them together. */
export interface Dependencies extends AsyncDisposable {
  readonly store: ObjectStore;
  /** The dependencies of `createApp`; `checkModel` if this process judges pages too. */
  forApi(client: Client, checkModel?: CheckModel): AppDependencies;
  /** The dependencies of activities. The render and OCR processes start with their first document. */
  forWorker(): WorkerDependencies;
}

/** Parts to use in place of those that the settings describe. */
export interface DependencyOverrides {
  readonly store?: ObjectStore;
}

export function createDependencies(config: Config, logger: Logger, overrides: DependencyOverrides = {}): Dependencies {
  const disposables = new AsyncDisposableStack();
  const store = overrides.store ?? createStore(config);
  let worker: WorkerDependencies | undefined;
  /** A worker in this process knows the model better than a look at its endpoint does. */
  const adviceOf = (checkModel: CheckModel) => async () =>
    worker?.classifier.circuit?.fault?.detail ?? (await checkModel())?.reason;
  return {
    store,
    forApi(client, checkModel) {
      const api = apiDependencies(config, logger, store, client);
      if (!checkModel) return api;
      return { ...api, health: { ...api.health, advisories: { model: adviceOf(checkModel) } } };
    },
    forWorker() {
      worker = workerDependencies(config, logger, store, disposables);
      return worker;
    },
    [Symbol.asyncDispose]: () => disposables.disposeAsync(),
  };
}

function createStore({ storage, tempDirectory }: Config): ObjectStore {
  if (storage.kind === 'folder') return createObjectStore(storage);
  const { accessKey, secretKey } = storage;
  return createObjectStore({
    ...storage,
    accessKey: accessKey.reveal(),
    secretKey: secretKey.reveal(),
    spoolDirectory: tempDirectory,
  });
}

function apiDependencies(config: Config, logger: Logger, store: ObjectStore, client: Client): AppDependencies {
  const { namespace } = config.temporal.connection;
  const quotas = createQuotas(store, config.quotas, createIsStarted(client, store));
  const waits = createTenantSlots(config.shares.wait);
  const passwords = filePasswords(config, store);
  const { limits, http, patienceSeconds } = config;
  const jobs = createJobService({
    client,
    store,
    quotas,
    pageLimits: limits,
    patienceSeconds,
    waits,
    questions: config.shares.progress,
    maxCacheBytes: http.maxCacheBytes,
  });
  const { maxFileBytes } = limits;
  const starting = { client, store, quotas, passwords, pageLimits: limits, patienceSeconds };
  const batches = createBatchService({ ...starting, concurrency: config.batch.concurrency });
  return {
    jobs,
    runs: createRunService({ ...starting, jobs, maxFileBytes }),
    batches,
    evaluations: createEvaluationService({ store, batches }),
    operations: createOperationService({ ...starting, ...config.batch, questions: config.shares.progress }),
    passwords,
    signer: urlSigner(config, store),
    publicUrl: http,
    syncWaitMs: http.syncWaitMs,
    webhooks: createWebhookService({ client, store, jobs, secrets: webhookSecrets(config, store) }),
    events: createEventService({ client, store, logger }),
    eventPayloads: eventPayloads(config, store),
    rateLimit: { perMinute: config.http.rateLimitPerMinute },
    store,
    logger,
    authentication: { apiKeys: config.http.apiKeys },
    limits: { ...limits, patienceSeconds, allowedNetworks: config.fetch.allowedNetworks },
    health: {
      version: packageVersion(),
      probes: {
        temporal: () => client.workflowService.describeNamespace({ namespace }),
        store: () => store.check(),
      },
      waiting: createWaitingCounter(client),
    },
  };
}

function workerDependencies(
  config: Config,
  logger: Logger,
  store: ObjectStore,
  disposables: AsyncDisposableStack,
): WorkerDependencies {
  const passwords = filePasswords(config, store);
  const { maxFileBytes } = config.limits;
  const { allowedNetworks } = config.fetch;
  const resolveHost = createResolveHost({ allowedNetworks, timeoutMs: config.dnsTimeoutMs });
  const fetching = { ...config.fetch, resolveHost, logger };
  const { timeoutMs } = config.webhook;
  return {
    store,
    fetchGuard: createGuardedFetch(fetching),
    fileFetchGuard: createGuardedFetch({ ...fetching, field: fileUrlField }),
    childFetchGuard: createGuardedFetch({ ...fetching, field: childUrlField }),
    postWebhook: createGuardedPost({ allowedNetworks, timeoutMs, resolveHost, field: 'webhook_url' }),
    postToEndpoint: createGuardedPost({ allowedNetworks, timeoutMs, resolveHost, field: 'url' }),
    eventPayloads: eventPayloads(config, store),
    webhookSecrets: webhookSecrets(config, store),
    toWebhookBody: (job) => toJobBody(job),
    passwords,
    prepareBatchRuns: createBatchPreparer({ store, passwords, maxFileBytes }),
    operateOnJobs: createOperator({
      store,
      quotasWith: (client) => createQuotas(store, config.quotas, createIsStarted(client, store)),
      pageLimits: config.limits,
      patienceSeconds: config.patienceSeconds,
      concurrency: config.batch.concurrency,
      questions: config.shares.progress,
      logger,
    }),
    renderer: disposables.use(createDocumentRenderer({ ...config.render, logger })),
    classifier: createClassifier(config, logger, disposables),
    tempDirectory: config.tempDirectory,
    maxFileBytes,
    maxPages: config.limits.maxPages,
    circuits: createCircuits(config, logger, store, disposables),
  };
}

/** The circuits of what every activity needs; the classifier has the model's. */
function createCircuits(
  { tempDirectory, model }: Config,
  logger: Logger,
  store: ObjectStore,
  disposables: AsyncDisposableStack,
): readonly Circuit[] {
  const { longestPauseMs } = model;
  const ofStore = createCircuit({ waitsFor: 'store', check: () => store.check(), longestPauseMs, logger });
  const ofWorker = createCircuit({
    waitsFor: 'worker',
    check: () => checkWorkerFolder(tempDirectory),
    longestPauseMs,
    logger,
  });
  return [disposables.use(ofStore), disposables.use(ofWorker)];
}

async function checkWorkerFolder(directory: string): Promise<void> {
  try {
    await checkFolder('TEMP_DIR', directory);
  } catch (error) {
    const fault = error instanceof Error ? toWorkerFault(error.cause) : undefined;
    throw fault ?? error;
  }
}

function filePasswords({ serverKey }: Config, store: ObjectStore): FilePasswords {
  return createFilePasswords(store, createServerKey({ store, given: serverKey }));
}

function urlSigner({ http: { publicUrl }, serverKey }: Config, store: ObjectStore): UrlSigner {
  return createUrlSigner({ serverKey: createServerKey({ store, given: serverKey }), publicUrl });
}

function eventPayloads(config: Config, store: ObjectStore): EventPayloads {
  return createEventPayloads({ store, signer: urlSigner(config, store), publicUrl: config.http.publicUrl });
}

function webhookSecrets({ webhook }: Config, store: ObjectStore): WebhookSecrets {
  return createWebhookSecrets({ store, given: webhook.secrets, overlapMs: webhook.secretOverlapMs });
}

function createClassifier(config: Config, logger: Logger, disposables: AsyncDisposableStack): PageClassifier {
  const { classifier, ocr, scoring } = config;
  const builtIn = () => {
    const reader = disposables.use(createOcrPool({ ...ocr, logger }));
    return disposables.use(createScoringPool({ ...scoring, ocr: reader, logger }));
  };
  if (classifier.kind === 'built-in') return builtIn();
  const model = disposables.use(
    createOpenAiClassifier({
      ...classifier,
      apiKey: classifier.apiKey.reveal(),
      longestPauseMs: config.model.longestPauseMs,
      logger,
    }),
  );
  if (classifier.kind === 'openai') return model;
  return createCascadeClassifier({ first: builtIn(), second: model, sureFrom: classifier.sureFrom, logger });
}

/** The version in package.json. */
export function packageVersion(): string {
  const content = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(content)).version;
}
