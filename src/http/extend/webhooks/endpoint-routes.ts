import { Router, type Request, type Response } from 'express';
import {
  changeEndpoint,
  createEndpoint,
  deleteEndpoint,
  endpointStatuses,
  listEndpoints,
  readEndpoint,
} from '../../../records/webhooks/webhook-endpoints.ts';
import { parseAllowedNetworks, parseSourceUrl } from '../../../domain/source-url.ts';
import type { EventService } from '../../../jobs/event-service.ts';
import type { ObjectStore } from '../../../storage/object-store.ts';
import { answerOptions } from '../../shared/other-methods.ts';
import { requestContext, tenantOf } from '../../shared/request-context.ts';
import { parseJsonBody } from '../json-body.ts';
import { parsePageRequest, queryChoice, toListBody } from '../list.ts';
import { toEndpointBody, toEventDeliveryBody } from './body.ts';
import { createEndpointSchema, updateEndpointSchema } from './schemas.ts';

export interface WebhookEndpointDependencies {
  readonly store: ObjectStore;
  readonly events: EventService;
  /** Addresses that an endpoint may name although they are private. */
  readonly allowedNetworks: readonly string[];
}

interface EndpointParameters {
  readonly endpointId: string;
}

type DeliveryParameters = EndpointParameters & { readonly eventId: string };

/** Webhook endpoints and their deliveries: `/webhook_endpoints`. */
export function webhookEndpointRoutes({ store, events, allowedNetworks }: WebhookEndpointDependencies): Router {
  const router = Router();
  const allowed = parseAllowedNetworks(allowedNetworks);
  const checkUrl = (url: string) => void parseSourceUrl(url, allowed, 'url');

  async function create(request: Request, response: Response): Promise<void> {
    const given = parseJsonBody(createEndpointSchema, request);
    checkUrl(given.url);
    const enabledEvents = unique(given.enabledEvents);
    const { endpoint, signingSecret } = await createEndpoint(store, tenantOf(request), { ...given, enabledEvents });
    response.set('Cache-Control', 'no-store').json({ ...toEndpointBody(endpoint), signingSecret });
  }

  async function list(request: Request, response: Response): Promise<void> {
    const query = {
      ...parsePageRequest(request.query),
      status: queryChoice(request.query, 'status', endpointStatuses),
    };
    const { items, nextPageToken } = await listEndpoints(store, tenantOf(request), query);
    response.json(toListBody(items.map(toEndpointBody), nextPageToken));
  }

  async function read(request: Request<EndpointParameters>, response: Response): Promise<void> {
    response.json(toEndpointBody(await readEndpoint(store, tenantOf(request), request.params.endpointId)));
  }

  async function update(request: Request<EndpointParameters>, response: Response): Promise<void> {
    const { url, name, status, enabledEvents, advancedOptions } = parseJsonBody(updateEndpointSchema, request);
    if (url !== undefined) checkUrl(url);
    const changes = {
      ...(url !== undefined && { url }),
      ...(name !== undefined && { name }),
      ...(status !== undefined && { status }),
      ...(enabledEvents && { enabledEvents: unique(enabledEvents) }),
      ...(advancedOptions && { advancedOptions }),
    };
    const { endpointId } = request.params;
    const changed = await changeEndpoint(store, tenantOf(request), endpointId, (endpoint) => ({
      ...endpoint,
      ...changes,
    }));
    response.json(toEndpointBody(changed));
  }

  async function remove(request: Request<EndpointParameters>, response: Response): Promise<void> {
    const { endpointId: id } = request.params;
    await deleteEndpoint(store, tenantOf(request), id);
    response.json({ id });
  }

  async function listDeliveries(request: Request<EndpointParameters>, response: Response): Promise<void> {
    const query = parsePageRequest(request.query);
    const page = await events.deliveries(tenantOf(request), request.params.endpointId, query);
    response.json(toListBody(page.items.map(toEventDeliveryBody), page.nextPageToken));
  }

  async function readDelivery(request: Request<DeliveryParameters>, response: Response): Promise<void> {
    const { endpointId, eventId } = request.params;
    response.json(toEventDeliveryBody(await events.delivery(tenantOf(request), endpointId, eventId)));
  }

  async function redeliver(request: Request<DeliveryParameters>, response: Response): Promise<void> {
    const { endpointId, eventId } = request.params;
    const { requestId } = requestContext(request);
    const delivery = await events.deliverAgain(tenantOf(request), endpointId, eventId, requestId);
    response.json(toEventDeliveryBody(delivery));
  }

  router.post('/webhook_endpoints', create);
  router.get('/webhook_endpoints', list);
  router.get('/webhook_endpoints/:endpointId', read);
  router.post('/webhook_endpoints/:endpointId', update);
  router.delete('/webhook_endpoints/:endpointId', remove);
  router.get('/webhook_endpoints/:endpointId/deliveries', listDeliveries);
  router.get('/webhook_endpoints/:endpointId/deliveries/:eventId', readDelivery);
  router.post('/webhook_endpoints/:endpointId/deliveries/:eventId/redeliver', redeliver);
  return answerOptions(router);
}

function unique<T>(items: readonly T[]): T[] {
  return [...new Set(items)];
}
