import { createHash } from 'node:crypto';
import { z } from 'zod';
import { isId } from '../ids.ts';
import type { Category } from '../../domain/category.ts';
import { errorFacts, isErrorCode } from '../../domain/errors.ts';
import { jobStatuses } from '../../domain/job.ts';
import { operationKinds, type OperationKind, type OperationOutcome } from '../../domain/job-operation.ts';
import type { PageRange } from '../../domain/page-selection.ts';
import { readJson, updateJson, writeJson } from '../json-documents.ts';
import { operationClaimsPrefix, operationKeys } from '../keys.ts';
import { PreconditionFailed, type ObjectStore } from '../../storage/object-store.ts';

/** The request of an operation on many jobs: its `request.json`. */
export type OperationRequest = z.infer<typeof requestSchema>;

const filterSchema = z.object({
  status: z.enum(jobStatuses).optional(),
  failureCode: z
    .string()
    .refine(isErrorCode, `must be one of ${Object.keys(errorFacts).join(', ')}`)
    .optional(),
  classification: z.string().optional(),
  confidenceBelow: z.number().optional(),
  createdAfter: z.string().optional(),
  createdBefore: z.string().optional(),
  batchId: z.string().optional(),
  classifierId: z.string().optional(),
});

const categorySchema = z
  .object({ name: z.string(), description: z.string().optional() })
  .transform(({ name, description }): Category => ({ name, ...(description !== undefined && { description }) }));
const rangeSchema = z
  .object({ first: z.number(), last: z.number().optional() })
  .transform(({ first, last }): PageRange => ({ first, ...(last !== undefined && { last }) }));

const changesSchema = z.object({
  categories: z.array(categorySchema).optional(),
  instructions: z.string().optional(),
  pages: z.array(rangeSchema).optional(),
  maxPages: z.number().optional(),
  classifierVersion: z.string().optional(),
  webhook: z.boolean().optional(),
  priority: z.number().optional(),
});

const requestSchema = z.object({
  kind: z.enum(operationKinds),
  /** The operation excludes jobs created later. */
  createdAt: z.string(),
  filter: filterSchema,
  /** For a rerun: the changes. */
  changes: changesSchema,
  /** How many jobs the filter found at the start. */
  matched: z.number(),
  /** The body of the request, as it is given back. */
  asked: z.record(z.string(), z.unknown()),
  /** The request had an `Idempotency-Key`: it reruns jobs whatever ran before. */
  isKeyed: z.boolean().optional(),
  /** Of the HTTP request, for the logs of workers. */
  requestId: z.string().optional(),
});
const parseRequest = (value: unknown) => requestSchema.parse(value);

const outcomeSchema = z.object({
  schemaVersion: z.literal(1),
  status: z.enum(['completed', 'cancelled', 'failed']),
  finishedAt: z.string(),
  counts: z.object({ done: z.number(), skipped: z.number(), failed: z.number() }),
  errors: z.array(z.object({ code: z.string(), count: z.number(), jobId: z.string() })),
  skippedBy: z.record(z.string(), z.number()).optional(),
});

/** Ties a repeated request to its operation. */
export type OperationClaim = z.infer<typeof claimSchema>;

const claimSchema = z.object({ operationId: z.string(), createdAt: z.string(), fingerprint: z.string() });
const parseClaim = (value: unknown) => claimSchema.parse(value);
const maxAttempts = 50;

/** Undefined when the tenant has no such operation. */
export async function findOperationRequest(
  store: ObjectStore,
  tenant: string,
  kind: OperationKind,
  operationId: string,
): Promise<OperationRequest | undefined> {
  if (!isId(kind, operationId)) return undefined;
  return (await readJson(store, operationKeys(tenant, operationId).request, parseRequest))?.value;
}

/** Of simultaneous callers the first one wins; returns its request. */
export async function writeOperationRequest(
  store: ObjectStore,
  tenant: string,
  operationId: string,
  request: OperationRequest,
): Promise<OperationRequest> {
  const key = operationKeys(tenant, operationId).request;
  try {
    await writeJson(store, key, request, { ifNoneMatch: '*' });
    return request;
  } catch (error) {
    if (!(error instanceof PreconditionFailed)) throw error;
    return (await readJson(store, key, parseRequest))?.value ?? request;
  }
}

/** Undefined while the operation lasts. */
export async function readOperationOutcome(
  store: ObjectStore,
  tenant: string,
  operationId: string,
): Promise<OperationOutcome | undefined> {
  const key = operationKeys(tenant, operationId).result;
  return (await readJson(store, key, (value) => outcomeSchema.parse(value)))?.value;
}

/** Undefined for a request without an operation. */
export async function findOperationClaim(
  store: ObjectStore,
  tenant: string,
  seed: string,
): Promise<OperationClaim | undefined> {
  return (await readJson(store, claimKey(tenant, seed), parseClaim))?.value;
}

/** Marks that somebody asked the operation to stop: the same request later starts another one. */
export async function markStopped(store: ObjectStore, tenant: string, operationId: string): Promise<void> {
  await writeJson(store, operationKeys(tenant, operationId).stopped, {});
}

/** Whether somebody asked the operation to stop; stopping takes a moment. */
export async function isMarkedStopped(store: ObjectStore, tenant: string, operationId: string): Promise<boolean> {
  return (await store.head(operationKeys(tenant, operationId).stopped)) !== undefined;
}

/**
 * Ties a request to an operation, or returns the existing operation that still counts. `seed` is equal for equal
 * requests.
 */
export async function claimOperation(
  store: ObjectStore,
  { tenant, seed }: { readonly tenant: string; readonly seed: string },
  own: OperationClaim,
  stands: (present: OperationClaim) => Promise<boolean>,
): Promise<OperationClaim> {
  const { value } = await updateJson(
    store,
    claimKey(tenant, seed),
    parseClaim,
    async (present) => (present && (await stands(present)) ? present : own),
    { maxAttempts },
  );
  return value;
}

function claimKey(tenant: string, seed: string): string {
  return `${operationClaimsPrefix(tenant)}${createHash('sha256').update(seed).digest('hex')}.json`;
}
