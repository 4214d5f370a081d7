import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'minio';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createNamespace, temporalSettings, type TestNamespace } from '../support/namespace.ts';
import { freePort, freePorts } from '../support/free-ports.ts';
import { startProcess } from '../support/process.ts';

type Settings = Readonly<Record<string, string>>;

let folder: string;
let namespace: TestNamespace;
let taken: Server;
let takenPort: string;
let free: Settings;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pigeonhole-start-'));
  await writeFile(join(folder, 'file'), '');
  namespace = await createNamespace();
  taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  takenPort = String(typeof address === 'object' ? address?.port : address);
  const [port, temporalPort, uiPort] = await freePorts(3);
  free = {
    DATA_DIR: join(folder, 'data'),
    PORT: String(port),
    TEMPORAL_PORT: String(temporalPort),
    TEMPORAL_UI_PORT: String(uiPort),
  };
});
afterAll(async () => {
  taken.close();
  await namespace[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** What the process says when it ends by itself; it logs nothing else that is worth a warning. */
async function refusalOf(entry: string, settings: Settings): Promise<string> {
  const started = startProcess(entry, { ...free, LOG_LEVEL: 'warn', ...settings });
  expect(await started.exited).toEqual({ code: 1, signal: null });
  return started.output();
}

/** Servers differ in the names that they refuse, and in whom a bucket's policy holds for. */
const isOtherS3 = process.env['TEST_S3_ENDPOINT'] !== undefined;

function s3Settings(): Settings {
  const { endpoint, accessKey, secretKey } = inject('s3');
  return { S3_ENDPOINT: endpoint, S3_ACCESS_KEY: accessKey, S3_SECRET_KEY: secretKey };
}

async function denyAll(bucket: string): Promise<void> {
  const { endpoint, accessKey, secretKey, region } = inject('s3');
  const { hostname: endPoint, port } = new URL(endpoint);
  const client = new Client({ endPoint, port: Number(port), useSSL: false, accessKey, secretKey, region });
  if (!(await client.bucketExists(bucket))) await client.makeBucket(bucket, region);
  const Resource = [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`];
  const Statement = [{ Effect: 'Deny', Principal: '*', Action: ['s3:*'], Resource }];
  await client.setBucketPolicy(bucket, JSON.stringify({ Version: '2012-10-17', Statement }));
}

const options = { timeout: 120_000 };
const entries = ['src/api.ts', 'src/worker.ts', 'src/standalone.ts'];

// Some of these wait 10 s for a server that never answers, so they wait beside each other.
describe.concurrent('a start that cannot succeed says so in one sentence and ends with code 1', options, () => {
  test.each(['src/api.ts', 'src/standalone.ts'])('when the port of the API is taken: %s', async (entry) => {
    const settings = entry === 'src/api.ts' ? temporalSettings(namespace) : { DATA_DIR: join(folder, 'port') };

    expect(await refusalOf(entry, { ...settings, PORT: takenPort })).toBe(
      `PORT: port ${takenPort} is in use by another program; set PORT to a free one\n`,
    );
  });

  test('when the port of its Temporal server is taken by another program', async () => {
    expect(await refusalOf('src/standalone.ts', { TEMPORAL_PORT: takenPort })).toBe(
      `TEMPORAL_PORT: port ${takenPort} is taken by another program; set it to a free port\n`,
    );
  });

  test.each([
    ['both', 'PORT, TEMPORAL_PORT'],
    ['both', 'PORT, TEMPORAL_UI_PORT'],
    ['both', 'TEMPORAL_PORT, TEMPORAL_UI_PORT'],
    ['all', 'PORT, TEMPORAL_PORT, TEMPORAL_UI_PORT'],
  ])('when %s of the ports that it listens on itself are the same: %s', async (howMany, names) => {
    const shared = String(await freePort());
    const settings = Object.fromEntries(names.split(', ').map((name) => [name, shared]));

    expect(await refusalOf('src/standalone.ts', settings)).toBe(
      `${names}: ${howMany} are ${shared}; set each to a port of its own\n`,
    );
  });

  test.each(entries)('when the data folder is none: %s', async (entry) => {
    const DATA_DIR = join(folder, 'file');
    const isStandalone = entry === 'src/standalone.ts';

    expect(await refusalOf(entry, { ...(!isStandalone && temporalSettings(namespace)), DATA_DIR })).toBe(
      `DATA_DIR: ${isStandalone ? DATA_DIR : join(DATA_DIR, 'objects')} cannot be written; set DATA_DIR to a folder that can\n`,
    );
  });

  test('when the data folder is where no folder can be made, which node itself would try for ever', async () => {
    expect(await refusalOf('src/standalone.ts', { DATA_DIR: '/proc/nope' })).toBe(
      'DATA_DIR: /proc/nope cannot be written; set DATA_DIR to a folder that can\n',
    );
  });

  test.each(entries)('when the folder for temporary files is none: %s', async (entry) => {
    const settings = entry === 'src/standalone.ts' ? { DATA_DIR: join(folder, 'temp') } : temporalSettings(namespace);
    const TEMP_DIR = join(folder, 'file', 'temp');

    expect(await refusalOf(entry, { ...settings, TEMP_DIR })).toBe(
      `TEMP_DIR: ${TEMP_DIR} cannot be written; set TEMP_DIR to a folder that can\n`,
    );
  });

  test.each(entries)('when Temporal cannot be reached: %s', async (entry) => {
    expect(await refusalOf(entry, { TEMPORAL_ADDRESS: '127.0.0.1:1' })).toBe(
      'TEMPORAL_ADDRESS: no Temporal server answers at 127.0.0.1:1; start it, or set TEMPORAL_ADDRESS to where it is\n',
    );
  });

  test('when the namespace does not exist', async () => {
    expect(await refusalOf('src/worker.ts', { TEMPORAL_ADDRESS: namespace.address, TEMPORAL_NAMESPACE: 'none' })).toBe(
      `TEMPORAL_NAMESPACE: the Temporal server at ${namespace.address} has no namespace "none"\n`,
    );
  });

  test.each(entries)('when the S3 server cannot be reached: %s', async (entry) => {
    const s3 = { S3_ENDPOINT: 'http://127.0.0.1:1', S3_ACCESS_KEY: 'key', S3_SECRET_KEY: 'a-secret' };

    expect(await refusalOf(entry, { ...temporalSettings(namespace), ...s3 })).toBe(
      'S3_ENDPOINT: no S3 server answers at http://127.0.0.1:1; start it, or set S3_ENDPOINT to where it is\n',
    );
  });

  test.each([{ S3_ACCESS_KEY: 'nobody' }, { S3_SECRET_KEY: 'not-the-secret' }])(
    'when the S3 server rejects the keys, which it does not repeat: %j',
    async (wrong) => {
      const refusal = await refusalOf('src/api.ts', { ...temporalSettings(namespace), ...s3Settings(), ...wrong });

      expect(refusal).toMatch(/^S3_ACCESS_KEY, S3_SECRET_KEY: http:.* rejects them \(\w+\); set keys that it knows\n$/);
      expect(refusal).not.toContain(Object.values(wrong)[0]);
    },
  );

  test.skipIf(isOtherS3)('when the S3 server refuses the name of the bucket', async () => {
    const s3 = { ...s3Settings(), S3_BUCKET: 'xn--pigeonhole' };

    expect(await refusalOf('src/api.ts', { ...temporalSettings(namespace), ...s3 })).toMatch(
      /^S3_BUCKET: the bucket "xn--pigeonhole" at http:.* cannot be used \(InvalidBucketName\); .*\n$/,
    );
  });

  test.skipIf(isOtherS3)('when the key may not use the bucket', async () => {
    const s3 = { ...s3Settings(), S3_BUCKET: 'somebody-elses' };
    await denyAll('somebody-elses');

    expect(await refusalOf('src/api.ts', { ...temporalSettings(namespace), ...s3 })).toMatch(
      /^S3_BUCKET: http:.* does not let this key use the bucket "somebody-elses"; .*\n$/,
    );
  });

  test('when it would be open to other machines without keys', async () => {
    expect(await refusalOf('src/standalone.ts', { HOST: '0.0.0.0' })).toBe(
      'HOST: 0.0.0.0 is reachable from other machines, so API_KEYS must be set; or leave HOST at 127.0.0.1\n',
    );
  });

  test('when the model has neither a key nor an address', async () => {
    expect(await refusalOf('src/standalone.ts', { CLASSIFIER: 'openai' })).toBe(
      'CLASSIFIER: openai needs OPENAI_API_KEY, or OPENAI_BASE_URL of a server that takes no key\n',
    );
  });
});

describe.concurrent('a worker whose model cannot be reached', options, () => {
  async function outputOfWorker(queues: string, baseUrl = 'http://127.0.0.1:1/v1'): Promise<string> {
    const settings = { ...temporalSettings(namespace), OPENAI_BASE_URL: baseUrl };
    const worker = startProcess('src/worker.ts', { ...free, DATA_DIR: join(folder, 'worker'), ...settings }, [
      `--queues=${queues}`,
    ]);
    await worker.untilPrinted('worker started');
    await worker.end('SIGTERM');
    return worker.output();
  }

  test('says so, names OPENAI_BASE_URL, and serves all the same', async () => {
    const baseUrl = `http://127.0.0.1:${await freePort()}/v1`;

    expect(await outputOfWorker('workflow,model', baseUrl)).toContain(
      `OPENAI_BASE_URL: no model server answers at ${baseUrl} (ECONNREFUSED)`,
    );
  });

  test('says nothing when it asks no model', async () => {
    expect(await outputOfWorker('workflow,render')).not.toContain('OPENAI_BASE_URL');
  });
});
