import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { createDependencies } from '../../src/dependencies.ts';
import { pageRequest } from '../support/model-classifier.ts';
import type { ServerName } from '../support/openai-stand-in/dialect.ts';
import { startOpenAiStandIn } from '../support/openai-stand-in/server.ts';

/** The rows of docs/models.md: what an operator sets beside the address. */
const rows: readonly (readonly [ServerName, Readonly<Record<string, string>>])[] = [
  ['openai', { OPENAI_API_KEY: 'sk-stand-in' }],
  ['azure', { OPENAI_API_KEY: 'sk-stand-in' }],
  ['azure-dated', { OPENAI_API_KEY: 'sk-stand-in', OPENAI_API_VERSION: '2024-10-21' }],
  ['vllm', { OPENAI_API_KEY: 'sk-stand-in' }],
  ['llama.cpp', { OPENAI_API_KEY: 'sk-stand-in' }],
  ['ollama', {}],
];

describe('a worker', () => {
  test.each(rows)('asks %s by its settings alone', async (server, settings) => {
    await using standIn = await startOpenAiStandIn({ server });
    const directory = await mkdtemp(join(tmpdir(), 'pigeonhole-settings-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const environment = { OPENAI_BASE_URL: standIn.baseUrl, OPENAI_MODEL: 'stand-in', DATA_DIR: directory };
    await using dependencies = createDependencies(
      readConfig({ ...environment, ...settings }),
      pino({ level: 'silent' }),
    );

    const answer = await dependencies.forWorker().classifier.classifyPage(pageRequest());

    expect(answer).toMatchObject({ confidenceSource: 'logprobs' });
    expect(standIn.requests).toHaveLength(1);
  });

  test('lets a model think as much as its settings say', async () => {
    await using standIn = await startOpenAiStandIn();
    const environment = { OPENAI_BASE_URL: standIn.baseUrl, OPENAI_API_KEY: standIn.apiKey };
    const config = readConfig({
      ...environment,
      OPENAI_MODEL: 'stand-in-may-reason',
      MODEL_REASONING_EFFORT: 'none',
    });
    await using dependencies = createDependencies(config, pino({ level: 'silent' }));

    const answer = await dependencies.forWorker().classifier.classifyPage(pageRequest());

    expect(answer.confidenceSource).toBe('logprobs');
    expect(standIn.requests[0]?.body).toContain('"reasoning_effort":"none"');
  });
});
