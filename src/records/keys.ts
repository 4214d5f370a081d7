import { idOfSegment, isHashed, pathSegment, segmentPattern } from '../storage/path-segment.ts';

/** The layout of keys in the store. All objects of a tenant stand below one prefix. */
export interface JobKeys {
  readonly prefix: string;
  readonly source: string;
  /** A document that came with an idempotency key: two requests with one key may bring different documents at once. */
  sourceOf(uploadId: string): string;
  /** Facts of a request that must not stand in a history: a URL's query may be a secret. */
  readonly request: string;
  readonly result: string;
  /** What a person said of it, once it was finished. */
  readonly review: string;
  /** Which job repeats it: the last one that does. */
  readonly rerun: string;
  /** What was tried to deliver the result to a webhook. */
  readonly deliveries: string;
  /** Left by a deletion: Temporal forgets an execution only some seconds after it was told to. */
  readonly tombstone: string;
  /** The classifier's reason for a page: it quotes the page, so no history holds it. */
  reasoning(pageNumber: number): string;
  readonly descriptions: string;
  /** Holds a job id that is too long for a key; the key has the id's hash instead. */
  readonly id?: string;
  /** Below which images and texts of the pages stand. */
  readonly pages: string;
  page(pageNumber: number, extension: 'jpg' | 'json' | 'sheet.jpg'): string;
}

export const tenantsPrefix = 'tenants/';

/** All that is deleted with a tenant's jobs, and nothing else: what the tenant defined stands beside it. */
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
  /** There once its owner has deleted it: a sweep sees by the name alone that it is to go. */
  readonly deleted: string;
  /** Below which stands who needs the file. */
  readonly holders: string;
  /** One of them, by the hash of what it is. */
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

/** Which file of the tenant an object belongs to, and as what; undefined for a key that is not of a file. */
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

/** What a key says of the job that it is of. */
export interface JobKey {
  /** Undefined where the key holds its hash. */
  readonly jobId: string | undefined;
  readonly prefix: string;
  /** As what of the job. */
  readonly name: string;
}

const jobKeyPattern = new RegExp(`^(tenants/[^/]+/jobs/(${segmentPattern})/)(.+)$`);

/** Which job an object belongs to, and as what; undefined for a key that is not of a job. */
export function parseJobKey(key: string): JobKey | undefined {
  const [, prefix, segment, name] = jobKeyPattern.exec(key) ?? [];
  if (prefix === undefined || segment === undefined || name === undefined) return undefined;
  const jobId = idOfSegment(segment);
  return jobId === undefined && !isHashed(segment) ? undefined : { jobId, prefix, name };
}

/** The secret of the installation, where the operator gives none. */
export const serverKeyKey = 'server-key.json';

export function batchesPrefix(tenant: string): string {
  return `${tenantsPrefix}${tenant}/batches/`;
}

/** Where a batch lies. Its runs lie below `jobs/` as all others do. */
export interface BatchKeys {
  readonly prefix: string;
  /** What was asked for, inputs apart. */
  readonly request: string;
  /** Below which all inputs stand. */
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

/** What ties a request that comes again to its operation. */
export function operationClaimsPrefix(tenant: string): string {
  return `${tenantsPrefix}${tenant}/operation-claims/`;
}

/** Where a rerun, a cancellation or a deletion of many jobs lies. */
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

/** Endpoints that events are delivered to, and what was delivered. */
export interface WebhookKeys {
  readonly endpoints: string;
  /** What goes with its age: the deliveries to all endpoints, and what events said. */
  readonly logs: readonly string[];
  endpoint(endpointId: string): string;
  /** Apart from the endpoint: whoever reads that one cannot give it away. */
  signingSecret(endpointId: string): string;
  deliveries(endpointId: string): string;
  /** The newest event sorts first. */
  delivery(endpointId: string, eventId: string): string;
  /** What an event said, where it cannot be read later: its subject changes. */
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
