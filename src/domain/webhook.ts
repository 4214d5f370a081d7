import type { EventSubject, WebhookEvent } from './webhook-event.ts';

/**
 * What the workflow `deliverWebhook` is started with. The address itself stands in no history: its query may be a
 * secret.
 */
export type DeliverWebhookInput = DeliverJobInput | DeliverEventInput;

/** A job's answer, for the `webhook_url` that came with it. */
export interface DeliverJobInput {
  readonly tenant: string;
  readonly jobId: string;
  /** Key of a JSON object `{webhookUrl}`. */
  readonly requestKey: string;
}

/** An event, for an endpoint that was registered. */
export interface DeliverEventInput {
  readonly tenant: string;
  readonly endpointId: string;
  readonly event: WebhookEvent;
}

/** One attempt at a delivery, as its log tells it. */
export interface DeliveryAttempt {
  /** From 1, over all attempts, those that were asked for among them. */
  readonly attempt: number;
  readonly at: string;
  /** The receiver's HTTP status; null when it gave none. */
  readonly status: number | null;
  readonly ok: boolean;
  readonly error: string | null;
  readonly durationMs: number;
  readonly nextAttemptAt?: string;
}

/** The name of the signal that makes `deliverWebhook` send again, at once. */
export const sendAgainSignalName = 'sendAgain';

/** The run that delivers a job's answer. One for each job, so that no two of them write its log. */
export function webhookWorkflowId(jobId: string): string {
  return `${jobId}-webhook`;
}

/** What an operator reads of a delivery in Temporal's UI. */
export function deliverySummary(input: DeliverWebhookInput): string {
  if (!('event' in input)) return `the end of ${input.jobId}`.slice(0, 200);
  const { eventType, subject } = input.event;
  return `${eventType} of ${subject.id} to ${input.endpointId}`.slice(0, 200);
}

/** What a delivery is about, for whoever lists deliveries: the sweep keeps what they still need. */
export function deliveryMemo(input: DeliverWebhookInput): { readonly subject: EventSubject } {
  return { subject: 'event' in input ? input.event.subject : { kind: 'run', id: input.jobId } };
}

/**
 * The same in every attempt, so that a receiver knows what it has had already. A dot would end it in what is signed.
 */
export function webhookMessageId(jobId: string): string {
  return `msg_${encodeURIComponent(jobId).replaceAll('.', '%2E')}`;
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** The example of Standard Webhooks 1.0: quick for a hiccup, patient for an outage; 27 hours and a half in all. */
const retryDelaysMs = [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 10 * hour];

/**
 * How long to wait after the attempt of this index (from 0) failed; undefined after the last. `random`, from 0 to 1,
 * adds up to a fifth, so that a receiver that comes back does not meet everybody at once.
 */
export function retryDelayMs(attemptIndex: number, random: number): number | undefined {
  const delayMs = retryDelaysMs[attemptIndex];
  return delayMs === undefined ? undefined : Math.round(delayMs * (1 + random / 5));
}
