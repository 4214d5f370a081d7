/**
 * Events that endpoints may subscribe to. Some never come: clients of Extend's API name them, and this service lacks
 * the feature.
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

/** Events of a subscription to one classifier. */
export const classifierEventTypes = [
  'classify_run.processed',
  'classify_run.failed',
  'batch_processor_run.processed',
  'batch_processor_run.failed',
] as const;

export type EndpointEventType = (typeof endpointEventTypes)[number];
export type ClassifierEventType = (typeof classifierEventTypes)[number];

export const subjectKinds = ['run', 'batch', 'classifier'] as const;

/** The event's subject and its id in the store: the job of a run, a batch, or a classifier. */
export interface EventSubject {
  readonly kind: (typeof subjectKinds)[number];
  readonly id: string;
}

/**
 * An event without its payload. The sender reads that at sending time, so that no history holds anything of a document.
 * Receivers recognise repeats by `eventId`.
 */
export interface WebhookEvent {
  readonly eventId: string;
  readonly eventType: EndpointEventType;
  readonly subject: EventSubject;
}

/** Selects the endpoints of an event: those that want all of its type, or those of this classifier. */
export interface EventFilter {
  readonly eventType: EndpointEventType;
  readonly classifierId?: string;
}

/** The event type of a run's end; undefined for a cancellation, which has no event. */
export function runEventType(error: { readonly code: string } | undefined): ClassifierEventType | undefined {
  if (!error) return 'classify_run.processed';
  return error.code === 'cancelled' ? undefined : 'classify_run.failed';
}

/** The event type of a batch's end; undefined for a cancellation. */
export function batchEventType(status: 'processed' | 'failed' | 'cancelled'): ClassifierEventType | undefined {
  return status === 'cancelled' ? undefined : `batch_processor_run.${status}`;
}

/** The end of a run or batch that endpoints subscribed to. */
export interface EndEvent {
  readonly eventType: ClassifierEventType;
  readonly endpointIds: readonly string[];
}

/** Has the form of our other ids: the time in milliseconds and random digits, so that events sort by time. */
export function eventIdOf(atMs: number, uuid: string): string {
  return `event_${atMs.toString(16).padStart(12, '0')}${uuid.replaceAll('-', '').slice(-20)}`;
}

/**
 * The workflow id of an event's delivery to one endpoint. Each pair has its own, so that no two runs write the same
 * log.
 */
export function deliveryWorkflowId(eventId: string, endpointId: string): string {
  return `${eventId}-${endpointId}`;
}

/** Splits such an id; undefined for the id of another run. */
export function parseDeliveryWorkflowId(
  workflowId: string,
): { readonly eventId: string; readonly endpointId: string } | undefined {
  const { eventId, endpointId } = /^(?<eventId>event_[0-9a-f]{32})-(?<endpointId>.+)$/.exec(workflowId)?.groups ?? {};
  return eventId === undefined || endpointId === undefined ? undefined : { eventId, endpointId };
}
