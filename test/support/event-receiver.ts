import type { Extend } from 'extend-ai';
import { expect } from 'vitest';
import type { extendClient } from './extend-client.ts';
import type { ReceivedWebhook, WebhookReceiver } from './webhook-receiver.ts';

type Client = ReturnType<typeof extendClient>;

export interface RegisteredEndpoint {
  readonly id: string;
  readonly signingSecret: string;
  /** What came there so far, verified by the client as a customer would. */
  events(count: number): Promise<readonly ReceivedEvent[]>;
}

export interface ReceivedEvent {
  readonly event: Extend.WebhookEvent;
  readonly headers: ReceivedWebhook['headers'];
}

/** Registers an endpoint that leads to a path of the receiver. */
export async function registerEndpoint(
  client: Client,
  receiver: WebhookReceiver,
  path: string,
  request: Partial<Extend.WebhookEndpointsCreateRequest>,
): Promise<RegisteredEndpoint> {
  const { id, signingSecret } = await client.webhookEndpoints.create({
    url: `${receiver.url}${path}`,
    name: path,
    enabledEvents: [],
    apiVersion: '2026-02-09',
    ...request,
  });
  return {
    id,
    signingSecret,
    async events(count) {
      return (await receivedAt(receiver, path, count)).map(({ body, headers }) => ({
        event: client.webhooks.verifyAndParse(body, headers, signingSecret),
        headers,
      }));
    },
  };
}

/** Waits until so many requests came to the path. */
export async function receivedAt(
  receiver: WebhookReceiver,
  path: string,
  count: number,
): Promise<readonly ReceivedWebhook[]> {
  const ofPath = () => receiver.received.filter((webhook) => webhook.path === path);
  await expect.poll(() => ofPath().length, { timeout: 30_000 }).toBeGreaterThanOrEqual(count);
  return ofPath();
}
