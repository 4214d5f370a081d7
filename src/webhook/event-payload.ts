import type { WebhookEvent } from '../domain/webhook-event.ts';

/** What an event says. */
export interface EventPayload {
  /** Of the run, batch, classifier or version. */
  readonly id: string;
  /** The caller's own, where a run was given any. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  readonly body: unknown;
}

export type EventReference = Pick<WebhookEvent, 'eventId' | 'subject'>;

export interface EventPayloads {
  /** As GET would answer it; undefined when it was deleted. */
  read(tenant: string, event: EventReference): Promise<EventPayload | undefined>;
  /** An address that needs no key and gives the body, for an hour. */
  link(tenant: string, event: EventReference): Promise<string>;
}
