import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGuardedPost } from '../../src/net/guarded-post.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

let receiver: WebhookReceiver;
beforeAll(async () => {
  receiver = await startWebhookReceiver();
});
afterAll(() => receiver[Symbol.asyncDispose]());

function createPost(allowedNetworks: readonly string[], address = '127.0.0.1', timeoutMs = 5000) {
  const resolveHost = async () => [{ address, family: 4 }];
  return createGuardedPost({ allowedNetworks, timeoutMs, field: 'webhook_url', resolveHost });
}

function request(signal = new AbortController().signal) {
  return { body: '{"a":1}', headers: { 'content-type': 'application/json', 'x-test': 'yes' }, signal };
}

describe('createGuardedPost', () => {
  test('sends body and headers to an address that is allowed, and gives the status', async () => {
    const answer = await createPost(['127.0.0.1'])(`${receiver.url}/hook?a=b`, request());

    expect(answer).toEqual({ status: 204 });
    expect(receiver.received.at(-1)).toMatchObject({
      path: '/hook?a=b',
      body: '{"a":1}',
      headers: { 'content-type': 'application/json', 'x-test': 'yes' },
    });
  });

  test('refuses a name that leads to this machine, and does not connect', async () => {
    const before = receiver.received.length;
    const url = receiver.url.replace('127.0.0.1', 'hooks.example');

    await expect(createPost([])(url, request())).rejects.toMatchObject({
      code: 'source_forbidden',
      detail: 'The address of webhook_url is not allowed.',
    });
    expect(receiver.received.length).toBe(before);
  });

  test('connects to the address that was checked', async () => {
    const url = receiver.url.replace('127.0.0.1', 'hooks.example');

    expect(await createPost(['127.0.0.0/8'])(url, request())).toEqual({ status: 204 });
    expect(receiver.received.at(-1)?.headers['host']).toMatch(/^hooks\.example:/);
  });

  test('does not follow a redirect', async () => {
    const before = receiver.received.length;
    receiver.enqueue({ status: 307, headers: { location: `${receiver.url}/elsewhere` } });

    expect(await createPost(['127.0.0.1'])(`${receiver.url}/hook`, request())).toEqual({ status: 307 });
    expect(receiver.received.length).toBe(before + 1);
  });

  test('tells how long the receiver asks to wait', async () => {
    receiver.enqueue({ status: 503, headers: { 'retry-after': '7' } });

    const answer = await createPost(['127.0.0.1'])(receiver.url, request());

    expect(answer).toEqual({ status: 503, retryAfterMs: 7000 });
  });

  test('gives up on a receiver that does not answer in time', async () => {
    receiver.enqueue(null);

    await expect(createPost(['127.0.0.1'], '127.0.0.1', 200)(receiver.url, request())).rejects.toMatchObject({
      code: 'source_unreachable',
      detail: 'webhook_url did not answer within 0.2 s.',
      retryable: true,
    });
  });

  test('says without an address that nobody listens', async () => {
    await expect(createPost(['127.0.0.1'])('http://127.0.0.1:1/?token=x', request())).rejects.toMatchObject({
      code: 'source_unreachable',
      detail: 'webhook_url cannot be reached.',
    });
  });

  test('ends when it is cancelled', async () => {
    receiver.enqueue(null);
    const controller = new AbortController();
    const answer = createPost(['127.0.0.1'])(receiver.url, request(controller.signal));
    controller.abort();

    await expect(answer).rejects.toMatchObject({ code: 'cancelled' });
  });
});
