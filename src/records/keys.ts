import { idOfSegment, isHashed, pathSegment, segmentPattern } from '../storage/path-segment.ts';

/** The layout of keys in the store. All objects of a tenant stand below one prefix. */
export interface JobKeys {
  readonly prefix: string;
  readonly source: string;
  /** A document that came with an idempotency key: two requests with one key may bring different documents at once. */
  sourceOf(uploadId: string): string;
  /** Facts of a request that no history may hold: a URL's query may be a secret. */
  readonly request: string;
  readonly result: string;
  /** A person's review of the finished job. */
  readonly review: string;
  /** The reruns of the job. */
  readonly rerun: string;
  /** The delivery attempts of its webhook. */
  readonly deliveries: string;
  /** Left by a deletion, because Temporal forgets an execution only some seconds later. */
  readonly tombstone: string;
  /** The classifier's reason for a page: it quotes the page, so no history holds it. */
  reasoning(pageNumber: number): string;
  readonly descriptions: string;
  /** Holds a job id that is too long for a key; the key has the id's hash instead. */
  readonly id?: string;
  /** The prefix of the pages' images and texts. */
  readonly pages: string;
  page(pageNumber: number, extension: 'jpg' | 'json' | 'sheet.jpg'): string;
}

export const tenantsPrefix = 'tenants/';

/** Everything that goes with a tenant's jobs; what the tenant defined is elsewhere. */
export function jobsPrefix(tenant: string): string {
  return `${tenantsPrefix}${tenant}/jobs/`;
}

/** What deletions left behind. */
export function tombstonesPrefix(tenant: string): string {
  return `${tenantsPrefix}${tenant}/deleted-jobs/`;
}

export function jobKeys(tenant: string, jobId: string): JobKeys {
  const segment = pathSegment(jobId, jobsPrefix(tenant));
  const prefix = `${jobsPrefix(tenant)}${segment}/`;
  const pages = `${prefix}pages/`;
  const page = (pageNumber: number, extension: string) => `${pages}${String(pageNumber).padStart(4, '0')}.${extension}`;
  return {
    prefix,
    tombstone: `${tombstonesPrefix(tenant)}${pathSegment(jobId, tombstonesPrefix(tenant))}`,
    source: `${prefix}source`,
    sourceOf: (uploadId) => `${prefix}source-${uploadId}`,
    request: `${prefix}request.json`,
    result: `${prefix}result.json`,
    review: `${prefix}review.json`,
    rerun: `${prefix}rerun.json`,
    deliveries: `${prefix}deliveries.json`,
    descriptions: `${prefix}category-descriptions.json`,
    pages,
    page,
    reasoning: (pageNumber) => page(pageNumber, 'reasoning.json'),
    ...(isHashed(segment) && { id: `${prefix}${jobIdName}` }),
  };
}

/** A classifier's draft and its published versions. */
export interface ClassifierKeys {
  readonly draft: string;
  readonly versions: string;
  /** By a number that sorts as text. */
  version(sortableNumber: string): string;
}

export function classifierKeys(tenant: string, classifierId: string): ClassifierKeys {
  const prefix = `${classifiersPrefix(tenant)}${pathSegment(classifierId, classifiersPrefix(tenant))}/`;
  const versions = `${prefix}versions/`;
  return {
    draft: `${prefix}draft.json`,
    versions,
    version: (sortableNumber) => `${versions}${sortableNumber}.json`,
  };
}

export function classifiersPrefix(tenant: string): string {
  return `tenants/${tenant}/classifiers/`;
}

/** A file that a caller uploaded, or that came with a run. */
export interface FileKeys {
  readonly prefix: string;
  readonly definition: string;
  readonly source: string;
  /** What opens an encrypted document, sealed. */
  readonly password: string;
  /** Exists once the owner has deleted the file: a sweep recognises it by the name alone. */
  readonly deleted: string;
  /** The prefix of the file's holders. */
  readonly holders: string;
  /** One holder, by its hash. */
  heldBy(hash: string): string;
}

export function fileKeys(tenant: string, fileId: string): FileKeys {
  const prefix = `${filesPrefix(tenant)}${pathSegment(fileId, filesPrefix(tenant))}/`;
  const holders = `${prefix}held-by/`;
  return {
    prefix,
    definition: `${prefix}file.json`,
    source: `${prefix}source`,
    password: `${prefix}password`,
    deleted: `${prefix}deleted`,
    holders,
    heldBy: (hash) => `${holders}${hash}.json`,
  };
}

export function filesPrefix(tenant: string): string {
  return `tenants/${tenant}/files/`;
}

/** Parses the key of a file's object; undefined for any other key. */
export function parseFileKey(
  tenant: string,
  key: string,
): { readonly fileId: string; readonly name: string } | undefined {
  const [, segment = '', name] = fileKeyPattern.exec(key.slice(filesPrefix(tenant).length)) ?? [];
  const fileId = idOfSegment(segment);
  return fileId === undefined || name === undefined ? undefined : { fileId, name };
}

const fileKeyPattern = new RegExp(`^(${segmentPattern})/(.+)$`);

/** The object of a job that holds its id. */
export const jobIdName = 'id.json';

/** The parts of the key of a job's object. */
export interface JobKey {
  /** Undefined if the key holds a hash of the id. */
  readonly jobId: string | undefined;
  readonly prefix: string;
  /** The object's name within the job. */
  readonly name: string;
}

const jobKeyPattern = new RegExp(`^(tenants/[^/]+/jobs/(${segmentPattern})/)(.+)$`);

/** Parses the key of a job's object; undefined for any other key. */
export function parseJobKey(key: string): JobKey | undefined {
  const [, prefix, segment, name] = jobKeyPattern.exec(key) ?? [];
  if (prefix === undefined || segment === undefined || name === undefined) return undefined;
  const jobId = idOfSegment(segment);
  return jobId === undefined && !isHashed(segment) ? undefined : { jobId, prefix, name };
}

/** The secret of the installation, unless the operator sets one. */
export const serverKeyKey = 'server-key.json';

export function batchesPrefix(tenant: string): string {
  return `${tenantsPrefix}${tenant}/batches/`;
}

/** The keys of a batch. Its runs are below `jobs/`, as all others. */
export interface BatchKeys {
  readonly prefix: string;
  /** The request, without the inputs. */
  readonly request: string;
  /** The prefix of all inputs. */
  readonly inputs: string;
  /** The inputs of one chunk, in order. */
  chunk(number: number): string;
  /** Shared by all runs. */
  readonly descriptions: string;
  readonly result: string;
}

export function batchKeys(tenant: string, batchId: string): BatchKeys {
  const prefix = `${batchesPrefix(tenant)}${pathSegment(batchId, batchesPrefix(tenant))}/`;
  const inputs = `${prefix}inputs/`;
  return {
    prefix,
    request: `${prefix}request.json`,
    inputs,
    chunk: (number) => `${inputs}${String(number).padStart(4, '0')}.json`,
    descriptions: `${prefix}category-descriptions.json`,
    result: `${prefix}result.json`,
  };
}

export function operationsPrefix(tenant: string): string {
  return `${tenantsPrefix}${tenant}/operations/`;
}

/** The prefix of claims, which tie repeated requests to their operation. */
export function operationClaimsPrefix(tenant: string): string {
  return `${tenantsPrefix}${tenant}/operation-claims/`;
}

/** The keys of a rerun, a cancellation or a deletion of many jobs. */
export function operationKeys(
  tenant: string,
  operationId: string,
): { readonly prefix: string; readonly request: string; readonly result: string; readonly stopped: string } {
  const prefix = `${operationsPrefix(tenant)}${operationId}/`;
  const at = (name: string) => `${prefix}${name}.json`;
  return { prefix, request: at('request'), result: at('result'), stopped: at('stopped') };
}

export function webhookSecretKey(tenant: string): string {
  return `tenants/${tenant}/webhook-secret.json`;
}

/** The keys of webhook endpoints, deliveries and events. */
export interface WebhookKeys {
  readonly endpoints: string;
  /** Prefixes of what expires by age: deliveries to endpoints, and payloads of events. */
  readonly logs: readonly string[];
  endpoint(endpointId: string): string;
  /** Apart from the endpoint, so that no reader of the endpoint can leak it. */
  signingSecret(endpointId: string): string;
  deliveries(endpointId: string): string;
  /** The newest event sorts first. */
  delivery(endpointId: string, eventId: string): string;
  /** The payload of an event whose subject changes later. */
  event(eventId: string): string;
}

export function webhookKeys(tenant: string): WebhookKeys {
  const prefix = `${tenantsPrefix}${tenant}/`;
  const endpoints = `${prefix}webhooks/`;
  const allDeliveries = `${prefix}webhook-deliveries/`;
  const events = `${prefix}webhook-events/`;
  const deliveries = (endpointId: string) => `${allDeliveries}${pathSegment(endpointId, prefix)}/`;
  return {
    endpoints,
    logs: [allDeliveries, events],
    endpoint: (endpointId) => `${endpoints}${pathSegment(endpointId, prefix)}.json`,
    signingSecret: (endpointId) => `${prefix}webhook-signing-secrets/${pathSegment(endpointId, prefix)}.json`,
    deliveries,
    delivery: (endpointId, eventId) =>
      `${deliveries(endpointId)}${newestFirst(eventId)}-${pathSegment(eventId, prefix)}.json`,
    event: (eventId) => `${events}${pathSegment(eventId, prefix)}.json`,
  };
}

const maxTime = 0xffff_ffff_ffff;

/** The time in an event's id, counted backwards. */
function newestFirst(eventId: string): string {
  const time = Number.parseInt(/^event_([0-9a-f]{12})/.exec(eventId)?.[1] ?? '0', 16);
  return (maxTime - time).toString(16).padStart(12, '0');
}
