import { checkFolder, checkStore } from './startup/check-storage.ts';
import { readArguments } from './startup/command-line.ts';
import { readConfig } from './config/config.ts';
import { createDependencies } from './dependencies.ts';
import { createApp } from './http/app.ts';
import { createLogger } from './logger.ts';
import { runProcess, untilAskedToStop } from './startup/process-life.ts';
import { serveApi } from './startup/serve-api.ts';
import { connectTemporal } from './temporal/connection.ts';
import { registerSearchAttributes } from './temporal/register-search-attributes.ts';

const help = `npm run api

Serves HTTP. Start as many as you like, on as many machines as you like.
All is set by variables (PORT, HOST, API_KEYS, TEMPORAL_ADDRESS, S3_ENDPOINT ...); docs/configuration.md lists them.
`;

await runProcess(async () => {
  if (!readArguments(help)) return;
  const stopAsked = untilAskedToStop();
  const config = readConfig();
  const logger = createLogger(config.log);
  await checkFolder('TEMP_DIR', config.tempDirectory);
  await using dependencies = createDependencies(config, logger);
  const client = await connectTemporal(config.temporal);
  await checkStore(dependencies.store, config.storage);
  await registerSearchAttributes(client, logger);
  const api = await serveApi(createApp(dependencies.forApi(client)), { ...config.http, logger });
  logger.info({ url: api.url, tenants: new Set(config.http.apiKeys.map(({ tenant }) => tenant)).size }, 'api started');
  const signal = await stopAsked;
  logger.info({ signal }, 'api stopping');
  await api.stop(config.shutdownGraceMs);
  await client.connection.close();
});
