import { ExtendClient } from 'extend-ai';
import { describe, expect, test } from 'vitest';
import { createSigningSecret, signForEndpoint } from '../../../src/webhook/endpoint-signature.ts';

const { webhooks } = new ExtendClient({ token: 'none' });
const body = JSON.stringify({
  eventId: 'event_1',
  eventType: 'classify_run.failed',
  payload: { failure: 'Größe ≠ 0' },
});

describe('a delivery to an endpoint', () => {
  test("is verified by Extend's client", () => {
    const secret = createSigningSecret();
    const headers = signForEndpoint({ sentAt: new Date(), body }, secret);

    expect(webhooks.verify(body, headers, secret)).toBe(true);
    expect(webhooks.verifyAndParse(body, headers, secret)).toEqual(JSON.parse(body));
  });

  test('does not pass with one byte changed, or under another secret', () => {
    const secret = createSigningSecret();
    const headers = signForEndpoint({ sentAt: new Date(), body }, secret);

    expect(webhooks.verify(body.replace('failed', 'fajled'), headers, secret)).toBe(false);
    expect(webhooks.verify(body, headers, createSigningSecret())).toBe(false);
    expect(webhooks.verify(body, headers, secret.slice('wss_'.length))).toBe(false);
  });

  test('that was signed too long ago does not pass, which is why each attempt is signed anew', () => {
    const secret = createSigningSecret();
    const headers = signForEndpoint({ sentAt: new Date(Date.now() - 301_000), body }, secret);

    expect(webhooks.verify(body, headers, secret)).toBe(false);
    expect(webhooks.verify(body, headers, secret, { maxAgeSeconds: 0 })).toBe(true);
  });
});

describe('a signing secret', () => {
  test('is another one each time, of 256 bits', () => {
    const secrets = Array.from({ length: 50 }, () => createSigningSecret());

    expect(new Set(secrets).size).toBe(50);
    for (const secret of secrets) expect(secret).toMatch(/^wss_[\w-]{43}$/);
  });
});
