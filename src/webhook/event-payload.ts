import type { WebhookEvent } from '../domain/webhook-event.ts';

/** The payload of an event. */
export interface EventPayload {
  /** Of the run, batch, classifier or version. */
  readonly id: string;
  /** The caller's metadata of a run. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  readonly body: unknown;
}

export type EventReference = Pick<WebhookEvent, 'eventId' | 'subject'>;

export interface EventPayloads {
  /** The body that GET would answer; undefined when the subject was deleted. */
  read(tenant: string, event: EventReference): Promise<EventPayload | undefined>;
  /** A URL that serves the body without a key, for an hour. */
  link(tenant: string, event: EventReference): Promise<string>;
}
