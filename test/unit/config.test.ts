import { describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config/config.ts';

function problems(environment: Record<string, string>): string {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  throw new Error('was accepted');
}

describe('readConfig', () => {
  test('needs nothing: loopback, own Temporal server, local folder, built-in classifier', () => {
    const config = readConfig({});

    expect(config.http).toMatchObject({ host: '127.0.0.1', port: 8080, apiKeys: [] });
    expect(config.temporal).toMatchObject({ isOwnServer: true, connection: { namespace: 'default' } });
    expect(config.storage.kind).toBe('folder');
    expect(config.classifier).toEqual({ kind: 'built-in' });
    expect(config.queues).toEqual(['workflow', 'fetch', 'render', 'model', 'deliver']);
  });

  test('uses what is named instead: Temporal, S3, a model', () => {
    const config = readConfig({
      TEMPORAL_ADDRESS: 'temporal:7233',
      TEMPORAL_NAMESPACE: 'docs',
      S3_ENDPOINT: 'http://minio:9000',
      S3_ACCESS_KEY: 'a',
      S3_SECRET_KEY: 'b',
      OPENAI_API_KEY: 'sk-x',
    });

    expect(config.temporal.isOwnServer).toBe(false);
    expect(config.temporal.connection).toMatchObject({
      namespace: 'docs',
      connectionOptions: { address: 'temporal:7233' },
    });
    expect(config.storage).toMatchObject({ kind: 's3', endpoint: 'http://minio:9000' });
    expect(config.classifier).toMatchObject({ kind: 'openai', model: 'gpt-4.1-mini' });
  });

  test('takes an empty variable for an unset one', () => {
    expect(readConfig({ PORT: '', OPENAI_API_KEY: '' }).http.port).toBe(8080);
  });

  test('tells all problems at once: the variable, what is allowed and what was seen', () => {
    const wrong = { PORT: 'abc', MAX_FILE_MB: '0.5', LOG_LEVEL: 'loud', S3_ENDPOINT: 'minio:9000' };

    expect(
      problems({ ...wrong, CASCADE_CONFIDENCE: '80' })
        .split('\n')
        .toSorted((a, b) => a.localeCompare(b)),
    ).toEqual([
      'CASCADE_CONFIDENCE: must be a number from 0 to 1; got "80"',
      'LOG_LEVEL: must be one of fatal, error, warn, info, debug, trace, silent; got "loud"',
      'MAX_FILE_MB: must be a whole number from 1 to 5000; got "0.5"',
      'PORT: must be a whole number from 1 to 65535; got "abc"',
      'S3_ENDPOINT: must be a URL that begins with http:// or https://; got "minio:9000"',
    ]);
  });

  test.each([
    [{ HOST: '0.0.0.0' }, /^HOST: .*API_KEYS/],
    [{ S3_ENDPOINT: 'http://x' }, /^S3_ACCESS_KEY, S3_SECRET_KEY/],
    [{ S3_BUCKET: 'My_Bucket' }, /^S3_BUCKET: must be 3 to 63 lower-case .*; got "My_Bucket"$/],
    [{ S3_BUCKET: '10.0.0.1' }, /^S3_BUCKET: .*; got "10.0.0.1"$/],
    [{ S3_BUCKET: 'a..b' }, /^S3_BUCKET: /],
    [{ CLASSIFIER: 'openai' }, /^CLASSIFIER: .*OPENAI_API_KEY/],
    [{ CLASSIFIER: 'cascade' }, /^CLASSIFIER: cascade needs OPENAI_API_KEY/],
    [{ CASCADE_CONFIDENCE: '80' }, /^CASCADE_CONFIDENCE: /],
    [{ OPENAI_API_KEY: 'x', OPENAI_API_VERSION: '2024-10-21' }, /^OPENAI_API_VERSION: .*OPENAI_BASE_URL/],
    [{ MODEL_REASONING_EFFORT: 'much' }, /^MODEL_REASONING_EFFORT: /],
    [{ API_KEYS: 'acme' }, /^API_KEYS: entry 1/],
    [{ API_KEYS: 'Acme Inc:key' }, /^API_KEYS: the tenant of entry 1/],
    [{ API_KEYS: 'acme:sha256:12' }, /^API_KEYS: entry 1/],
    [
      {
        TEMPORAL_ADDRESS: 'x:1',
        TEMPORAL_TLS_CLIENT_CERT_PATH: '/nowhere.pem',
        TEMPORAL_TLS_CLIENT_KEY_PATH: '/nowhere.key',
      },
      /^TEMPORAL_\*: /,
    ],
    [{ PUBLIC_URL: 'docs.example.com' }, /^PUBLIC_URL: must be a URL that begins with http.*; got "docs.example.com"$/],
    [{ QUEUES: 'rendering' }, /^QUEUES: .*workflow, fetch, render, model, deliver/],
  ])('refuses %j with a sentence that names the setting', (environment, sentence) => {
    expect(problems(environment)).toMatch(sentence);
  });

  test('names what is wrong within a list beside what is wrong elsewhere', () => {
    expect(problems({ PORT: 'abc', API_KEYS: 'acme', QUOTAS: 'acme', WEBHOOK_SECRETS: 'acme' }).split('\n')).toEqual([
      expect.stringMatching(/^PORT: /),
      expect.stringMatching(/^API_KEYS: entry 1/),
      expect.stringMatching(/^QUOTAS: entry 1/),
      expect.stringMatching(/^WEBHOOK_SECRETS: entry 1/),
    ]);
  });

  test('tells beside single problems those between variables that are right themselves', () => {
    const wrong = { PORT: 'abc', DEFAULT_PAGES: '60', HOST: '0.0.0.0', QUEUES: 'rendering', CLASSIFIER: 'openai' };
    const certificate = { TEMPORAL_TLS_CLIENT_CERT_PATH: '/nowhere.pem', TEMPORAL_TLS_CLIENT_KEY_PATH: '/nowhere.key' };

    expect(problems({ ...wrong, TEMPORAL_ADDRESS: 'x:1', ...certificate }).split('\n')).toEqual([
      'PORT: must be a whole number from 1 to 65535; got "abc"',
      expect.stringMatching(/^HOST: .*API_KEYS/),
      expect.stringMatching(/^CLASSIFIER: openai needs OPENAI_API_KEY/),
      'DEFAULT_PAGES: must be at most MAX_PAGES (50); got "60"',
      expect.stringMatching(/^QUEUES: .*; got "rendering"$/),
      expect.stringMatching(/^TEMPORAL_\*: /),
    ]);
  });

  test.each([
    [{ DEFAULT_PAGES: '60', MAX_PAGES: 'few' }, 'MAX_PAGES'],
    [{ S3_ENDPOINT: 'minio:9000', S3_PUBLIC_ENDPOINT: 'http://files.example.com' }, 'S3_ENDPOINT'],
    [{ CLASSIFIER: 'openai', OPENAI_BASE_URL: 'localhost' }, 'OPENAI_BASE_URL'],
  ])('compares nothing with a variable that is wrong itself: %j', (environment, name) => {
    expect(problems(environment).split('\n')).toEqual([expect.stringMatching(`^${name}: must be `)]);
  });

  test('says of a secret that is too short how long it is, and not what it is', () => {
    expect(problems({ SERVER_KEY: 'opensesame' })).toBe('SERVER_KEY: must be 32 characters or more; got 10 characters');
    expect(problems({ ALLOWED_NETWORKS: '10.0.0.0/8,999.1.1.1/8', SERVER_KEY: 'x' })).toContain(
      'ALLOWED_NETWORKS: must list networks (10.1.0.0/16), addresses or host names; got "999.1.1.1/8"',
    );
    expect(problems({ SERVER_KEY: 'x' })).toBe('SERVER_KEY: must be 32 characters or more; got 1 character');
  });

  test('asks the model only where the built-in classifier is unsure, when it is told to', () => {
    const { classifier } = readConfig({ CLASSIFIER: 'cascade', OPENAI_API_KEY: 'sk-x', CASCADE_CONFIDENCE: '0.9' });

    expect(classifier).toMatchObject({ kind: 'cascade', sureFrom: 0.9 });
  });

  test('tells a model that it is on Azure, and how much to think', () => {
    const { classifier } = readConfig({
      OPENAI_API_KEY: 'x',
      OPENAI_BASE_URL: 'https://acme.openai.azure.com',
      OPENAI_API_VERSION: '2024-10-21',
      MODEL_REASONING_EFFORT: 'none',
    });

    expect(classifier).toMatchObject({ apiVersion: '2024-10-21', reasoningEffort: 'none' });
  });

  test('keeps keys only as hashes, and shows secrets to nobody', () => {
    const config = readConfig({ API_KEYS: 'acme:opensesame', OPENAI_API_KEY: 'sk-very-secret' });

    expect(config.http.apiKeys).toEqual([
      { tenant: 'acme', sha256: 'd9fb92e3bbe65be1f1aad4a82eef4567f7a1ebe2cd110c8049b9698be7a70c88' },
    ]);
    expect(JSON.stringify(config)).not.toContain('sk-very-secret');
    expect(JSON.stringify(config)).not.toContain('opensesame');
  });
});
