import { checkFolder, checkStore } from './startup/check-storage.ts';
import { createModelCheck } from './startup/check-model.ts';
import { readArguments } from './startup/command-line.ts';
import { readConfig, type Config } from './config/config.ts';
import { createDependencies } from './dependencies.ts';
import { createLogger, type Logger } from './logger.ts';
import { runProcess, untilAskedToStop } from './startup/process-life.ts';
import { prepareRetention } from './startup/prepare-retention.ts';
import { serveQueues } from './startup/serve-queues.ts';
import { connectTemporal } from './temporal/connection.ts';
import { fieldsOfActivity } from './temporal/fields-of-activity.ts';
import { registerSearchAttributes } from './temporal/register-search-attributes.ts';
import { installRuntime } from './temporal/runtime.ts';

const help = `npm run worker -- [--queues=workflow,fetch,render,model,deliver]

Serves Temporal task queues. Start as many as you like, on as many machines as you like.
  --queues  which ones: workflow (workflows, light I/O), fetch (documents by URL), render (CPU), model (model calls),
            deliver (webhooks); all by default

All else is set by variables; docs/configuration.md lists them.
`;

await runProcess(async () => {
  const args = readArguments(help, ['queues']);
  if (!args) return;
  const stopAsked = untilAskedToStop();
  const config = readConfig(undefined, { QUEUES: args.get('queues') });
  const logger = createLogger(config.log, fieldsOfActivity);
  await checkFolder('TEMP_DIR', config.tempDirectory);
  await using dependencies = createDependencies(config, logger);
  const client = await connectTemporal(config.temporal);
  await checkStore(dependencies.store, config.storage);
  if (config.queues.includes('model')) await warnOfModel(config, logger);
  await registerSearchAttributes(client, logger);
  if (config.queues.includes('workflow')) {
    await prepareRetention({ client, store: dependencies.store, retention: config.retention, logger });
  }
  await client.connection.close();
  // Last, after everything that may be refused: Temporal's core would keep the process alive.
  installRuntime(logger);
  const service = await serveQueues(config.queues, config, dependencies.forWorker(), logger);
  await Promise.race([stopAsked, service.ended]);
  logger.info('worker stopping');
  await service.stop();
});

/** The model may start later, and jobs wait for it. */
async function warnOfModel({ classifier }: Config, logger: Logger): Promise<void> {
  const problem = await createModelCheck(classifier)?.();
  if (problem) logger.warn({ detail: problem.sentence }, 'model server cannot be used');
}
