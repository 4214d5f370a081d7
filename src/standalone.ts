import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { ensureTool } from '../tools/ensure-tool.ts';
import { checkFolder, checkStore } from './startup/check-storage.ts';
import { createModelCheck } from './startup/check-model.ts';
import { readArguments } from './startup/command-line.ts';
import { readConfig, type Config } from './config/config.ts';
import { createDependencies } from './dependencies.ts';
import { defaultTenant } from './domain/job.ts';
import { searchAttributes } from './domain/search-attributes.ts';
import { createApp } from './http/app.ts';
import { jobIdOfKey } from './jobs/idempotency.ts';
import { createLogger, type Logger } from './logger.ts';
import { runProcess, untilAskedToStop } from './startup/process-life.ts';
import { prepareRetention } from './startup/prepare-retention.ts';
import { refuseTakenPort, serveApi, refuseSharedPorts } from './startup/serve-api.ts';
import { keepServingQueues } from './standalone/keep-serving-queues.ts';
import { printWelcome } from './standalone/welcome.ts';
import { classifySample, isFirstStart, type SampleKeys } from './standalone/first-run.ts';
import { devServerHost } from './temporal/ports.ts';
import { connectTemporal } from './temporal/connection.ts';
import { fieldsOfActivity } from './temporal/fields-of-activity.ts';
import { registerSearchAttributes } from './temporal/register-search-attributes.ts';
import { installRuntime } from './temporal/runtime.ts';
import { serveGuardedUi, type GuardedUi } from './temporal/guarded-ui.ts';
import { superviseDevServer, type SupervisedDevServer } from './temporal/supervise-dev-server.ts';

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const help = `npm start

Starts all that is needed on this one machine: a Temporal server, the API and a worker. Documents stay in ./data.
All is set by variables; docs/configuration.md lists them. The first to know:
  PORT, TEMPORAL_PORT, TEMPORAL_UI_PORT   when one of 8080, 7233, 8233 is taken
  DATA_DIR                                where the database and the documents are kept
  OPENAI_API_KEY, OPENAI_BASE_URL         a model instead of the built-in classifier
  TEMPORAL_ADDRESS, S3_ENDPOINT           servers of yours instead of the ones that are started
`;

await runProcess(async () => {
  if (!readArguments(help)) return;
  const stopAsked = untilAskedToStop();
  const { config, sampleKeys } = withSampleKeys(readConfig());
  refuseSharedPorts(config);
  // On a terminal people read the welcome, not a log of every request.
  const logger = createLogger({ ...config.log, level: quietOnTerminal(config) }, fieldsOfActivity);
  await checkFolder('DATA_DIR', config.dataDirectory);
  await checkFolder('TEMP_DIR', config.tempDirectory);
  await refuseTakenPort(config.http);
  const firstStart = await isFirstStart(config.dataDirectory);

  // Disposed in reverse order: the API first, Temporal last, so that nothing loses what it needs.
  await using parts = new AsyncDisposableStack();
  const devServer = await startTemporal(config, logger);
  if (devServer) parts.defer(() => devServer.stop());
  const ui = devServer && (await serveUi(config, devServer));
  if (ui) parts.defer(() => ui.stop());
  const client = await connectTemporal(config.temporal);
  parts.defer(() => client.connection.close());
  await registerSearchAttributes(client, logger);
  const dependencies = parts.use(createDependencies(config, logger));
  const checkModel = createModelCheck(config.classifier);
  const [modelProblem] = await Promise.all([checkModel?.(), checkStore(dependencies.store, config.storage)]);
  installRuntime(logger);
  await prepareRetention({ client, store: dependencies.store, retention: config.retention, logger });
  const queues = await keepServingQueues(config, dependencies.forWorker(), logger);
  parts.defer(() => queues.stop());
  const api = await serveApi(createApp(dependencies.forApi(client, checkModel)), { ...config.http, logger });
  parts.defer(() => api.stop(config.shutdownGraceMs));

  printWelcome(say, {
    config,
    apiUrl: api.url,
    temporal:
      ui?.url ??
      `${config.temporal.connection.connectionOptions.address} ${devServer ? '(no UI: TEMPORAL_UI_PORT is 0)' : '(yours)'}`,
    modelProblem: modelProblem?.sentence,
  });
  const stopping = new AbortController();
  // Without a model the sample would only wait, as all jobs do.
  const showsSample = firstStart && modelProblem === undefined;
  const sample = showsSample ? classifySample(say, api.url, sampleKeys, stopping.signal) : Promise.resolve();
  await stopAsked;
  stopping.abort();
  say('\nStopping; jobs that are running go on at the next start.');
  await sample;
});

/**
 * Adds what the first start's sample needs: a key where keys are set, known to nobody, and a job that counts against no
 * quota.
 */
function withSampleKeys(config: Config): { readonly config: Config; readonly sampleKeys: SampleKeys } {
  const idempotencyKey = randomUUID();
  const [first] = config.http.apiKeys;
  const unmeteredJob = jobIdOfKey(first?.tenant ?? defaultTenant, idempotencyKey);
  const quotas = config.quotas.map((quota) => ({ ...quota, unmeteredJob }));
  if (!first) return { config: { ...config, quotas }, sampleKeys: { idempotencyKey } };
  const apiKey = randomBytes(32).toString('hex');
  const sha256 = createHash('sha256').update(apiKey).digest('hex');
  const apiKeys = [...config.http.apiKeys, { tenant: first.tenant, sha256 }];
  return {
    config: { ...config, quotas, http: { ...config.http, apiKeys } },
    sampleKeys: { apiKey, idempotencyKey },
  };
}

function quietOnTerminal({ log }: Config): string {
  return process.stdout.isTTY && log.level === 'info' && log.format === 'auto' ? 'warn' : log.level;
}

/**
 * Starts the dev server, unless the settings name another server. It keeps its runs in a file and restarts when it
 * dies.
 */
async function startTemporal({ temporal, dataDirectory }: Config, logger: Logger) {
  if (!temporal.isOwnServer) return undefined;
  const executable = await ensureTool('temporal', { onProgress: say });
  return superviseDevServer({
    executable,
    port: temporal.port,
    hidden: temporal.uiPort > 0 ? ['ui', 'http'] : ['http'],
    databaseFile: join(dataDirectory, 'temporal.db'),
    logFile: join(dataDirectory, 'temporal.log'),
    searchAttributes,
    retentionDays: temporal.retentionDays,
    logger,
  });
}

/** Serves a guarded UI to browsers, which cannot reach the UI's own port. */
async function serveUi({ temporal }: Config, devServer: SupervisedDevServer): Promise<GuardedUi | undefined> {
  if (temporal.uiPort === 0) return undefined;
  return serveGuardedUi({
    host: devServerHost,
    port: temporal.uiPort,
    hostNames: temporal.uiHosts,
    target: () => (devServer.uiPort === undefined ? undefined : { host: devServerHost, port: devServer.uiPort }),
  });
}
