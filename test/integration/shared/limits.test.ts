import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pdfWithPages } from '../../support/documents.ts';
import { problemOf } from '../../support/problem.ts';
import { post, startService, type TestService } from '../../support/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startService({
    API_KEYS: 'busy:key-busy,quiet:key-quiet,metered:key-metered',
    RATE_LIMIT_PER_MINUTE: '5',
    QUOTAS: 'metered:2',
  });
});
afterAll(() => service[Symbol.asyncDispose]());

function get(key: string): Promise<Response> {
  return fetch(`${service.url}/classify/no-such-job`, { headers: { 'api-key': key } });
}

describe('the rate limit', () => {
  test('answers a tenant who asks too often with 429 and says when to come back, and leaves others alone', async () => {
    const first = await get('key-busy');
    const statuses = [first.status];
    for (let count = 1; count < 5; count++) statuses.push((await get('key-busy')).status);
    const refused = await get('key-busy');

    expect(statuses).toEqual([404, 404, 404, 404, 404]);
    expect(first.headers.get('ratelimit-policy')).toContain('q=5; w=60');
    expect(first.headers.get('ratelimit')).toContain('r=4');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await problemOf(refused)).toMatchObject({
      code: 'rate_limited',
      detail: 'Too many requests: at most 5 in a minute are answered',
    });
    expect((await get('key-quiet')).status).toBe(404);
  });
});

describe('a quota', () => {
  test('is told in each 202, is not touched by what is refused, and then answers 402 as Unsiloed does', async () => {
    const headers = { 'api-key': 'key-metered' };
    const file = pdfWithPages(['invoice']);

    const refused = await post(service.url, { file, headers, categories: null });
    const first = await post(service.url, { file, headers });
    const second = await post(service.url, { file, headers });
    const third = await post(service.url, { file, headers });

    expect(refused.status).toBe(400);
    expect(await first.json()).toMatchObject({ status: 'processing', quota_remaining: 1 });
    expect(await second.json()).toMatchObject({ status: 'processing', quota_remaining: 0 });
    expect(third.status).toBe(402);
    expect(await third.json()).toMatchObject({
      code: 'quota_exceeded',
      detail: {
        message: 'Insufficient quota',
        status: 'QUOTA_EXCEEDED',
        quota_data: { current: 2, limit: 2, remaining: 0 },
      },
    });
  });
});
