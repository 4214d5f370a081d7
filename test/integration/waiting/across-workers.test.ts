import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { pino } from 'pino';
import { expect, inject, test } from 'vitest';
import { readConfig, type QueueName } from '../../../src/config/config.ts';
import { createDependencies } from '../../../src/dependencies.ts';
import { readinessSchema } from '../../../src/http/shared/schemas.ts';
import { serveQueues } from '../../../src/startup/serve-queues.ts';
import { startOpenAiStandIn } from '../../support/openai-stand-in/server.ts';
import { finishedJob, startService, submit, type TestService } from '../../support/service.ts';

/** A worker of its own beside the service, as another process would be. `log` has its warnings. */
async function startWorker(
  { namespace, directory }: TestService,
  queues: readonly QueueName[],
  environment: Readonly<Record<string, string>>,
) {
  await using started = new AsyncDisposableStack();
  const log: string[] = [];
  const logger = pino({ level: 'warn' }, { write: (line: string) => void log.push(line) });
  const config = readConfig({
    DATA_DIR: directory,
    TEMPORAL_ADDRESS: namespace.address,
    TEMPORAL_NAMESPACE: namespace.namespace,
    SHUTDOWN_GRACE_SECONDS: '2',
    RENDER_PROCESSES: '1',
    LONGEST_PAUSE_SECONDS: '1',
    ...environment,
  });
  const dependencies = started.use(createDependencies(config, logger));
  const service = await serveQueues(queues, config, dependencies.forWorker(), logger);
  started.defer(() => service.stop());
  const stack = started.move();
  return { log, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

async function waitingOf(service: TestService) {
  return readinessSchema.parse(await (await fetch(`${service.url}/readyz`)).json()).waiting;
}

async function submitMany(service: TestService, count: number): Promise<string[]> {
  const file = new Uint8Array(await readFile('examples/sample-invoice.pdf'));
  return Promise.all(Array.from({ length: count }, () => submit(service.url, { file })));
}

test('jobs that wait for a key go on when a worker starts with the right one, and its predecessor has logged it once', async () => {
  await using model = await startOpenAiStandIn();
  await using service = await startService({ QUEUES: 'workflow,render' });
  const settings = { OPENAI_BASE_URL: model.baseUrl, OPENAI_MODEL: 'stand-in' };
  const wrong = await startWorker(service, ['model'], { ...settings, OPENAI_API_KEY: 'sk-wrong' });
  const jobs = await submitMany(service, 12);
  await expect.poll(() => waitingOf(service), { timeout: 40_000 }).toMatchObject([{ for: 'model', jobs: 12 }]);
  await wrong[Symbol.asyncDispose]();

  await using right = await startWorker(service, ['model'], { ...settings, OPENAI_API_KEY: model.apiKey });
  const ended = await Promise.all(jobs.map((jobId) => finishedJob(service.url, jobId)));

  expect(ended.every(({ status }) => status === 'completed')).toBe(true);
  expect(right.log).toEqual([]);
  expect(wrong.log).toHaveLength(1);
  expect(wrong.log[0]).toMatch(/jobs wait for what the operator keeps/);
  expect(wrong.log[0]).toMatch(/OPENAI_API_KEY/);
  expect(wrong.log.join('')).not.toContain('sk-wrong');
});

test('jobs wait for a store that refuses the keys of a worker, and go on when one starts whose keys it takes', async () => {
  const { endpoint, accessKey, secretKey } = inject('s3');
  const settings = {
    S3_ENDPOINT: endpoint,
    S3_ACCESS_KEY: accessKey,
    S3_SECRET_KEY: secretKey,
    S3_BUCKET: `waiting-${randomUUID()}`,
  };
  await using service = await startService({ ...settings, QUEUES: 'workflow' });
  const wrong = await startWorker(service, ['render', 'model'], { ...settings, S3_SECRET_KEY: 'not-the-secret' });
  const jobs = await submitMany(service, 3);
  await expect.poll(() => waitingOf(service), { timeout: 40_000 }).toMatchObject([{ for: 'store', jobs: 3 }]);
  await wrong[Symbol.asyncDispose]();

  await using right = await startWorker(service, ['render', 'model'], settings);
  const ended = await Promise.all(jobs.map((jobId) => finishedJob(service.url, jobId)));

  expect(ended.every(({ status }) => status === 'completed')).toBe(true);
  expect(right.log).toEqual([]);
  const told = wrong.log.filter((line) => line.includes('jobs wait for what the operator keeps'));
  expect(told).toHaveLength(1);
  expect(told[0]).toMatch(/S3_ACCESS_KEY and S3_SECRET_KEY \(SignatureDoesNotMatch\)/);
});
