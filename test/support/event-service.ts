import { extendClient } from './extend-client.ts';
import { registerEndpoint, type RegisteredEndpoint } from './event-receiver.ts';
import { startService, type TestService } from './service.ts';
import { startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.ts';

type Client = ReturnType<typeof extendClient>;

export interface EventService extends AsyncDisposable {
  readonly service: TestService;
  readonly receiver: WebhookReceiver;
  readonly acme: Client;
  readonly globex: Client;
  /** An endpoint of acme, unless another client is given, that leads to this path of the receiver. */
  register(path: string, request: Parameters<typeof registerEndpoint>[3], client?: Client): Promise<RegisteredEndpoint>;
  /** Deletes all endpoints: no test shall hear of what the next one does. */
  forgetEndpoints(): Promise<void>;
}

/** A service with two tenants, and a receiver that it may reach. */
export async function startEventService(): Promise<EventService> {
  const receiver = await startWebhookReceiver();
  const service = await startService({
    API_KEYS: 'acme:acme-key,globex:globex-key',
    ALLOWED_NETWORKS: '127.0.0.1',
    WEBHOOK_TIMEOUT_SECONDS: '2',
  });
  const acme = extendClient(service.url, 'acme-key');
  const globex = extendClient(service.url, 'globex-key');
  return {
    service,
    receiver,
    acme,
    globex,
    register: (path, request, client = acme) => registerEndpoint(client, receiver, path, request),
    async forgetEndpoints() {
      for (const client of [acme, globex]) {
        for (const { id } of (await client.webhookEndpoints.list()).data) await client.webhookEndpoints.delete(id);
      }
    },
    async [Symbol.asyncDispose]() {
      await service[Symbol.asyncDispose]();
      await receiver[Symbol.asyncDispose]();
    },
  };
}
