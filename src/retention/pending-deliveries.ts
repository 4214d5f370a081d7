import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { z } from 'zod';
import { workflowTypes } from '../domain/contract.ts';
import { mapBounded } from '../domain/map-bounded.ts';
import { searchAttributeKeys } from '../domain/search-attributes.ts';
import { parseDeliveryWorkflowId, subjectKinds, type EventSubject } from '../domain/webhook-event.ts';
import { webhookKeys } from '../records/keys.ts';
import { callTemporal } from '../temporal/connection.ts';
import { readStart } from '../temporal/read-start.ts';

/** Deliveries under way. A sweep asks before it deletes. */
export interface PendingDeliveries {
  needsSubject(tenant: string, kind: EventSubject['kind'], id: string): boolean;
  /** Whether an object is the log or the payload of such a delivery. */
  needsObject(key: string): boolean;
}

const query = `WorkflowType = '${workflowTypes.deliverWebhook}' AND ExecutionStatus = 'Running'`;
/** As many as Temporal gives at a time. */
const pageSize = 1000;
const deadlineMs = 60_000;
const readsAtOnce = 8;

const subjectSchema = z.object({ kind: z.enum(subjectKinds), id: z.string() });
const inputSchema = z.union([
  z.object({ event: z.object({ subject: subjectSchema }) }).transform(({ event }) => event.subject),
  z.object({ jobId: z.string() }).transform(({ jobId: id }): EventSubject => ({ kind: 'run', id })),
]);

/** Lists deliveries under way: a receiver may be down for a day, and still gets the answer. */
export async function listPendingDeliveries(client: Client): Promise<PendingDeliveries> {
  const running = await callTemporal(client, deadlineMs, () =>
    Array.fromAsync(client.workflow.list({ query, pageSize })),
  );
  const subjects = new Set<string>();
  const objects = new Set<string>();
  await mapBounded(running, readsAtOnce, async (delivery) => {
    const tenant = delivery.typedSearchAttributes.get(searchAttributeKeys.tenant);
    const subject = await subjectOf(client, delivery);
    if (tenant === undefined || !subject) return;
    subjects.add(toEntry(tenant, subject.kind, subject.id));
    const event = parseDeliveryWorkflowId(delivery.workflowId);
    if (!event) return;
    objects.add(webhookKeys(tenant).event(event.eventId));
    objects.add(webhookKeys(tenant).delivery(event.endpointId, event.eventId));
  });
  return {
    needsSubject: (tenant, kind, id) => subjects.has(toEntry(tenant, kind, id)),
    needsObject: (key) => objects.has(key),
  };
}

/** Deliveries of an earlier version have their subject in the input only. */
async function subjectOf(
  client: Client,
  { memo, workflowId }: WorkflowExecutionInfo,
): Promise<EventSubject | undefined> {
  const told = subjectSchema.safeParse(memo?.['subject']);
  if (told.success) return told.data;
  const start = await readStart(client, workflowId);
  return start && inputSchema.safeParse(start.input).data;
}

function toEntry(tenant: string, kind: string, id: string): string {
  return `${tenant}\0${kind}\0${id}`;
}
