import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rerunDryRunSchema } from '../../../src/http/operations/operation-schemas.ts';
import { pdfWithPages } from '../../support/documents.ts';
import { startOpenAiStandIn, type OpenAiStandIn } from '../../support/openai-stand-in/server.ts';
import { problemOf } from '../../support/problem.ts';
import { classify, startService, type TestService } from '../../support/service.ts';

const headers = { 'api-key': 'acme-key' };
const file = pdfWithPages(['one']);
let standIn: OpenAiStandIn;
let service: TestService;

beforeAll(async () => {
  standIn = await startOpenAiStandIn();
  service = await startService({
    API_KEYS: 'acme:acme-key',
    OPENAI_BASE_URL: standIn.baseUrl,
    OPENAI_API_KEY: standIn.apiKey,
    OPENAI_MODEL: 'stand-in',
  });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await standIn[Symbol.asyncDispose]();
});

function post(path: string, body: unknown): Promise<Response> {
  return fetch(`${service.url}${path}`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

async function found(filter: object): Promise<number> {
  return rerunDryRunSchema.parse(await (await post('/reruns', { filter, dry_run: true })).json()).matched;
}

describe('a filter', () => {
  test.each([
    ['/deletions', {}, 'filter: must name at least one condition; for every job of yours send {"all": true} instead'],
    [
      '/reruns',
      { filter: {} },
      'filter: must name at least one condition; for every job of yours send {"all": true} instead',
    ],
    ['/deletions', { filter: { status: 'failed' }, all: true }, 'all: must not stand beside a filter'],
    ['/deletions', { filter: {}, all: true }, 'all: must not stand beside a filter'],
    [
      '/cancellations',
      { filter: { status: 'failed' }, dryRun: true },
      expect.stringMatching(
        /^filter\.status: .*; The request body: has the unknown member "dryRun"; did you mean dry_run\?$/,
      ),
    ],
    [
      '/cancellations',
      { filter: { statos: 'queued' }, dryRun: true, alle: true },
      'filter: has the unknown member "statos"; did you mean status?; The request body: has the unknown member "dryRun"; did you mean dry_run? and the unknown member "alle"; did you mean all?',
    ],
    [
      '/deletions',
      { filter: { classifcation: 'x' } },
      'filter: has the unknown member "classifcation"; did you mean classification?',
    ],
    [
      '/reruns',
      { filter: { failureCode: 'x' } },
      'filter: has the unknown member "failureCode"; did you mean failure_code?',
    ],
    [
      '/reruns',
      { fliter: { status: 'failed' } },
      'The request body: has the unknown member "fliter"; did you mean filter?',
    ],
    [
      '/reruns',
      { filter: { failure_code: 'model_aut' } },
      'filter.failure_code: is no failure code; did you mean model_auth?',
    ],
    [
      '/reruns',
      { filter: { created_after: 'today' } },
      'filter.created_after must be an RFC 3339 time such as 2026-01-31T12:00:00Z; got "today"',
    ],
    ['/reruns', { filter: { status: 'processing' } }, expect.stringContaining('filter.status: ')],
    ['/cancellations', { filter: { status: 'failed' } }, expect.stringContaining('filter.status: ')],
  ])('of %s is refused where it is %j', async (path, body, detail) => {
    expect(await problemOf(await post(path, body))).toMatchObject({ status: 400, detail });
  });

  test('finds jobs by confidence, time, batch and classifier, and any category whatever its characters', async () => {
    const category = 'it\'s "odd"?';
    standIn.enqueue({ kind: 'answer', label: category, confidence: 0.6 });
    await classify(service.url, { file, headers, categories: [category, 'invoice'] });
    await expect.poll(() => found({ created_after: '2026-01-01' }), { timeout: 20_000 }).toBe(1);

    expect(await found({ classification: category })).toBe(1);
    expect(await found({ classification: `${category} not` })).toBe(0);
    expect(await found({ confidence_below: 0.7 })).toBe(1);
    expect(await found({ confidence_below: 0.1 })).toBe(0);
    expect(await found({ created_before: '2026-01-01' })).toBe(0);
    expect(await found({ batch_id: 'bpr_none' })).toBe(0);
    expect(await found({ classifier_id: 'cl_none' })).toBe(0);
  });
});
