import { expect } from 'vitest';
import { z } from 'zod';

const deliverySchema = z.strictObject({
  object: z.literal('webhook_delivery'),
  eventId: z.string(),
  eventType: z.string(),
  resourceId: z.string(),
  status: z.enum(['pending', 'delivered', 'failed']),
  attempts: z.array(
    z.strictObject({
      attempt: z.number(),
      at: z.iso.datetime(),
      status: z.number().nullable(),
      ok: z.boolean(),
      error: z.string().nullable(),
      durationMs: z.number(),
      nextAttemptAt: z.iso.datetime().nullable(),
    }),
  ),
});

const listSchema = z.strictObject({
  object: z.literal('list'),
  data: z.array(deliverySchema),
  nextPageToken: z.string().optional(),
});

type Delivery = z.infer<typeof deliverySchema>;

/** The log of an endpoint; no part of Extend's API, so its client has no call for it. */
export async function deliveriesOf(
  url: string,
  endpointId: string,
  query = '',
  key = 'acme-key',
): Promise<z.infer<typeof listSchema>> {
  const headers = { authorization: `Bearer ${key}` };
  const response = await fetch(`${url}/webhook_endpoints/${endpointId}/deliveries${query}`, { headers });
  return listSchema.parse(await response.json());
}

/** Waits until the newest event of an endpoint is where it is wanted. */
export async function loggedDelivery(
  url: string,
  endpointId: string,
  isMeant: (delivery: Delivery) => boolean,
): Promise<Delivery> {
  let newest: Delivery | undefined;
  const look = async (): Promise<boolean> => {
    [newest] = (await deliveriesOf(url, endpointId, '?maxPageSize=1')).data;
    return newest !== undefined && isMeant(newest);
  };
  await expect.poll(look, { timeout: 30_000 }).toBe(true);
  if (!newest) throw new Error('nothing was delivered');
  return newest;
}

export async function redeliver(
  url: string,
  endpointId: string,
  eventId: string,
  key = 'acme-key',
): Promise<{ readonly status: number; readonly body: unknown }> {
  const path = `/webhook_endpoints/${endpointId}/deliveries/${eventId}/redeliver`;
  const response = await fetch(url + path, { method: 'POST', headers: { authorization: `Bearer ${key}` } });
  return { status: response.status, body: await response.json() };
}
