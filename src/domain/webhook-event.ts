/**
 * What endpoints may ask for. Also of what this service does not do: clients of Extend's API name such events, and none
 * of them ever comes.
 */
export const endpointEventTypes = [
  'parse_run.processed',
  'parse_run.failed',
  'edit_run.processed',
  'edit_run.failed',
  'extract_run.processed',
  'extract_run.failed',
  'classify_run.processed',
  'classify_run.failed',
  'split_run.processed',
  'split_run.failed',
  'batch_processor_run.processed',
  'batch_processor_run.failed',
  'batch_parse_run.processed',
  'batch_parse_run.failed',
  'extractor.created',
  'extractor.updated',
  'extractor.deleted',
  'extractor.draft.updated',
  'extractor.version.published',
  'classifier.created',
  'classifier.updated',
  'classifier.deleted',
  'classifier.draft.updated',
  'classifier.version.published',
  'splitter.created',
  'splitter.updated',
  'splitter.deleted',
  'splitter.draft.updated',
  'splitter.version.published',
  'workflow.created',
  'workflow.deployed',
  'workflow.deleted',
] as const;

/** What a subscription to one classifier may ask for. */
export const classifierEventTypes = [
  'classify_run.processed',
  'classify_run.failed',
  'batch_processor_run.processed',
  'batch_processor_run.failed',
] as const;

export type EndpointEventType = (typeof endpointEventTypes)[number];
export type ClassifierEventType = (typeof classifierEventTypes)[number];

export const subjectKinds = ['run', 'batch', 'classifier'] as const;

/** What the event is about, by its id in the store: the job of a run, a batch, or a classifier. */
export interface EventSubject {
  readonly kind: (typeof subjectKinds)[number];
  readonly id: string;
}

/**
 * Something that happened, without what it says: that is read when it is sent, so that nothing of a document stands in
 * a history. Receivers tell by `eventId` what they have had already.
 */
export interface WebhookEvent {
  readonly eventId: string;
  readonly eventType: EndpointEventType;
  readonly subject: EventSubject;
}

/** Whom an event is for: endpoints that want all of its type, or those of this classifier. */
export interface EventFilter {
  readonly eventType: EndpointEventType;
  readonly classifierId?: string;
}

/** How the end of a run is told; undefined when it is not: there is no event for a cancellation. */
export function runEventType(error: { readonly code: string } | undefined): ClassifierEventType | undefined {
  if (!error) return 'classify_run.processed';
  return error.code === 'cancelled' ? undefined : 'classify_run.failed';
}

/** How the end of a batch is told; undefined when it was cancelled. */
export function batchEventType(status: 'processed' | 'failed' | 'cancelled'): ClassifierEventType | undefined {
  return status === 'cancelled' ? undefined : `batch_processor_run.${status}`;
}

/** An end that somebody wants to hear of. */
export interface EndEvent {
  readonly eventType: ClassifierEventType;
  readonly endpointIds: readonly string[];
}

/**
 * Of the form of the ids that are made elsewhere: the time in milliseconds and random digits, so that events sort by
 * their time.
 */
export function eventIdOf(atMs: number, uuid: string): string {
  return `event_${atMs.toString(16).padStart(12, '0')}${uuid.replaceAll('-', '').slice(-20)}`;
}

/** The run that delivers an event to an endpoint. One for each pair, so that no two of them write the same log. */
export function deliveryWorkflowId(eventId: string, endpointId: string): string {
  return `${eventId}-${endpointId}`;
}

/** What such an id was made of; undefined for the id of another run. */
export function parseDeliveryWorkflowId(
  workflowId: string,
): { readonly eventId: string; readonly endpointId: string } | undefined {
  const { eventId, endpointId } = /^(?<eventId>event_[0-9a-f]{32})-(?<endpointId>.+)$/.exec(workflowId)?.groups ?? {};
  return eventId === undefined || endpointId === undefined ? undefined : { eventId, endpointId };
}
