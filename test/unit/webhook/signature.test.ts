import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { webhookMessageId } from '../../../src/domain/webhook.ts';
import { createWebhookSecret, isWebhookSecret, signMessage } from '../../../src/webhook/signature.ts';

const body = JSON.stringify({ job_id: 'a', error: 'Größe ≠ 0' });

describe('a signed message', () => {
  test('is verified by the library of Standard Webhooks', () => {
    const secret = createWebhookSecret();

    const headers = signMessage({ id: 'msg_1', sentAt: new Date(), body }, [secret]);

    expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
  });

  test('is signed as the library signs', () => {
    const secret = createWebhookSecret();
    const sentAt = new Date('2026-01-02T03:04:05.678Z');

    const headers = signMessage({ id: 'msg_1', sentAt, body }, [secret]);

    expect(headers).toEqual({
      'webhook-id': 'msg_1',
      'webhook-timestamp': '1767323045',
      'webhook-signature': new Webhook(secret).sign('msg_1', sentAt, body),
    });
  });

  test('is verified by either of two secrets, and by no third', () => {
    const [first, second, third] = [createWebhookSecret(), createWebhookSecret(), createWebhookSecret()];

    const headers = signMessage({ id: 'msg_1', sentAt: new Date(), body }, [first, second]);

    expect(new Webhook(first).verify(body, headers)).toBeDefined();
    expect(new Webhook(second).verify(body, headers)).toBeDefined();
    expect(() => new Webhook(third).verify(body, headers)).toThrow(/No matching signature/);
  });

  test('does not pass with one byte changed', () => {
    const secret = createWebhookSecret();
    const headers = signMessage({ id: 'msg_1', sentAt: new Date(), body }, [secret]);

    expect(() => new Webhook(secret).verify(`${body} `, headers)).toThrow(/No matching signature/);
  });
});

describe('the id of a message', () => {
  test.each([
    ['0b7f3f0e-0000-4000-8000-000000000000', 'msg_0b7f3f0e-0000-4000-8000-000000000000'],
    ['order 7.2/ä', 'msg_order%207%2E2%2F%C3%A4'],
  ])('of job %s holds no dot and nothing that a header refuses', (jobId, id) => {
    expect(webhookMessageId(jobId)).toBe(id);
  });
});

describe('a secret', () => {
  test('that is made has the form of one', () => {
    expect(createWebhookSecret()).toSatisfy(isWebhookSecret);
  });

  test.each([
    ['24 bytes', Buffer.alloc(24).toString('base64'), true],
    ['64 bytes, without padding', Buffer.alloc(64).toString('base64').replace(/=+$/, ''), true],
    ['23 bytes', Buffer.alloc(23).toString('base64'), false],
    ['65 bytes', Buffer.alloc(65).toString('base64'), false],
    ['what is no base64', '!'.repeat(40), false],
  ])('of %s is accepted: %s -> %s', (_, encoded, isAccepted) => {
    expect(isWebhookSecret(`whsec_${encoded}`)).toBe(isAccepted);
    expect(isWebhookSecret(encoded)).toBe(false);
  });
});
