import type { EventSubject, WebhookEvent } from './webhook-event.ts';

/** The input of the workflow `deliverWebhook`. No history holds the URL, whose query may be a secret. */
export type DeliverWebhookInput = DeliverJobInput | DeliverEventInput;

/** A job's answer, for the `webhook_url` that came with it. */
export interface DeliverJobInput {
  readonly tenant: string;
  readonly jobId: string;
  /** Key of a JSON object `{webhookUrl}`. */
  readonly requestKey: string;
}

/** An event for a registered endpoint. */
export interface DeliverEventInput {
  readonly tenant: string;
  readonly endpointId: string;
  readonly event: WebhookEvent;
}

/** One delivery attempt in the log. */
export interface DeliveryAttempt {
  /** From 1, over all attempts, including redeliveries. */
  readonly attempt: number;
  readonly at: string;
  /** The receiver's HTTP status; null when it gave none. */
  readonly status: number | null;
  readonly ok: boolean;
  readonly error: string | null;
  readonly durationMs: number;
  readonly nextAttemptAt?: string;
}

/** Signals `deliverWebhook` to send again at once. */
export const sendAgainSignalName = 'sendAgain';

/** The workflow id of the delivery of a job's answer. Each job has one, so that no two runs write its log. */
export function webhookWorkflowId(jobId: string): string {
  return `${jobId}-webhook`;
}

/** The summary of a delivery in Temporal's UI. */
export function deliverySummary(input: DeliverWebhookInput): string {
  if (!('event' in input)) return `the end of ${input.jobId}`.slice(0, 200);
  const { eventType, subject } = input.event;
  return `${eventType} of ${subject.id} to ${input.endpointId}`.slice(0, 200);
}

/** The subject of a delivery: the sweep lists deliveries and keeps what they still need. */
export function deliveryMemo(input: DeliverWebhookInput): { readonly subject: EventSubject } {
  return { subject: 'event' in input ? input.event.subject : { kind: 'run', id: input.jobId } };
}

/**
 * The same in every attempt, so that receivers recognise repeats. It holds no dot, which would end it in the signed
 * text.
 */
export function webhookMessageId(jobId: string): string {
  return `msg_${encodeURIComponent(jobId).replaceAll('.', '%2E')}`;
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** The schedule of Standard Webhooks 1.0: quick after a hiccup, patient in an outage; 27 and a half hours in all. */
const retryDelaysMs = [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 10 * hour];

/**
 * How long to wait after the attempt of this index (from 0) failed; undefined after the last. `random` (0 to 1) adds up
 * to a fifth, so that retries do not hit a recovered receiver all at once.
 */
export function retryDelayMs(attemptIndex: number, random: number): number | undefined {
  const delayMs = retryDelaysMs[attemptIndex];
  return delayMs === undefined ? undefined : Math.round(delayMs * (1 + random / 5));
}
