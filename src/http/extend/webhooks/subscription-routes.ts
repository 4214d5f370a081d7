import { Router, type Request, type Response } from 'express';
import { readClassifier } from '../../../records/classifiers/classifiers.ts';
import { resolveReference } from '../../../records/resolve-reference.ts';
import {
  deleteSubscription,
  listSubscriptions,
  readSubscription,
  subscribe,
  updateSubscription,
} from '../../../records/webhooks/webhook-subscriptions.ts';
import type { ObjectStore } from '../../../storage/object-store.ts';
import { answerOptions } from '../../shared/other-methods.ts';
import { tenantOf } from '../../shared/request-context.ts';
import { parseJsonBody } from '../json-body.ts';
import { parsePageRequest, queryText, toListBody } from '../list.ts';
import { toSubscriptionBody } from './body.ts';
import { createSubscriptionSchema, updateSubscriptionSchema } from './schemas.ts';

interface SubscriptionParameters {
  readonly subscriptionId: string;
}

/** Events of single classifiers: `/webhook_subscriptions`. */
export function webhookSubscriptionRoutes({ store }: { readonly store: ObjectStore }): Router {
  const router = Router();

  async function create(request: Request, response: Response): Promise<void> {
    const tenant = tenantOf(request);
    const { webhookEndpointId, resourceId, enabledEvents } = parseJsonBody(createSubscriptionSchema, request);
    await resolveReference('resourceId', readClassifier(store, tenant, resourceId));
    const asked = { endpointId: webhookEndpointId, resourceId, enabledEvents: [...new Set(enabledEvents)] };
    const subscription = await resolveReference('webhookEndpointId', subscribe(store, tenant, asked));
    response.json(toSubscriptionBody(subscription));
  }

  async function list(request: Request, response: Response): Promise<void> {
    const { items, nextPageToken } = await listSubscriptions(store, tenantOf(request), {
      ...parsePageRequest(request.query),
      endpointId: queryText(request.query, 'webhookEndpointId'),
      resourceId: queryText(request.query, 'resourceId'),
    });
    response.json(toListBody(items.map(toSubscriptionBody), nextPageToken));
  }

  async function read(request: Request<SubscriptionParameters>, response: Response): Promise<void> {
    const { subscriptionId } = request.params;
    response.json(toSubscriptionBody(await readSubscription(store, tenantOf(request), subscriptionId)));
  }

  async function update(request: Request<SubscriptionParameters>, response: Response): Promise<void> {
    const { enabledEvents } = parseJsonBody(updateSubscriptionSchema, request);
    const { subscriptionId } = request.params;
    const wanted = [...new Set(enabledEvents)];
    response.json(toSubscriptionBody(await updateSubscription(store, tenantOf(request), subscriptionId, wanted)));
  }

  async function remove(request: Request<SubscriptionParameters>, response: Response): Promise<void> {
    const { subscriptionId: id } = request.params;
    await deleteSubscription(store, tenantOf(request), id);
    response.json({ id });
  }

  router.post('/webhook_subscriptions', create);
  router.get('/webhook_subscriptions', list);
  router.get('/webhook_subscriptions/:subscriptionId', read);
  router.post('/webhook_subscriptions/:subscriptionId', update);
  router.delete('/webhook_subscriptions/:subscriptionId', remove);
  return answerOptions(router);
}
