import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startService, type TestService } from '../../support/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startService({ API_KEYS: 'acme:key-of-a-test' });
});
afterAll(() => service[Symbol.asyncDispose]());

describe('/docs', () => {
  test('is a page that loads nothing from elsewhere, and whose parts are all there, without a key', async () => {
    const page = await fetch(`${service.url}/docs`);
    const html = await page.text();
    const parts = Array.from(html.matchAll(/(?:src|href)="(\/[^"]+)"/g), ([, path]) => path);
    const answers = await Promise.all(parts.map((path) => fetch(`${service.url}${path}`)));

    expect(html).not.toMatch(/https?:|"\/\//);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.headers.get('content-security-policy')).not.toMatch(/unsafe|https?:/);
    expect(parts).toEqual(expect.arrayContaining(['/openapi.json', '/docs/assets/swagger-ui-bundle.js']));
    expect(answers.map(({ status }) => status)).toEqual(parts.map(() => 200));
  });

  test('serves no other file of the package', async () => {
    const answer = await fetch(`${service.url}/docs/assets/package.json`, { headers: { 'api-key': 'key-of-a-test' } });

    expect(answer.status).toBe(404);
  });
});
