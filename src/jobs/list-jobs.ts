import { createHash } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { workflowTypes } from '../domain/contract.ts';
import { ClassifierError } from '../domain/errors.ts';
import type { Job, JobStatus } from '../domain/job.ts';
import { callTemporal } from '../temporal/connection.ts';
import { quoted } from './visibility-query.ts';

export interface ListJobsRequest {
  readonly tenant: string;
  /** 1 to 100. */
  readonly limit: number;
  /** Where an earlier page ended; opaque. */
  readonly cursor?: string;
  readonly status?: JobStatus;
  readonly classification?: string;
  readonly createdAfter?: Date;
  readonly createdBefore?: Date;
}

export interface JobPage {
  /** Newest first. */
  readonly jobs: readonly Job[];
  /** Absent when there are no more. */
  readonly nextCursor?: string;
}

const listDeadlineMs = 10_000;
const readsAtOnce = 8;

const executionStatuses = {
  queued: ['Running'],
  processing: ['Running'],
  completed: ['Completed'],
  failed: ['Failed', 'Canceled', 'Terminated', 'TimedOut'],
} as const satisfies Record<JobStatus, readonly string[]>;

/**
 * Lists the jobs of a tenant that Temporal still has, by its visibility, which learns of a job a moment after it was accepted.
 * Throws `invalid_request` for a cursor that is none.
 */
export async function listJobs(
  { client }: { readonly client: Client },
  read: (tenant: string, jobId: string) => Promise<Job>,
  request: ListJobsRequest,
): Promise<JobPage> {
  const { namespace } = client.options;
  const query = queryOf(request);
  const nextPageToken = request.cursor === undefined ? undefined : decodeCursor(request.cursor, query);
  const page = await callTemporal(client, listDeadlineMs, () =>
    client.workflowService.listWorkflowExecutions({
      namespace,
      query,
      pageSize: request.limit,
      ...(nextPageToken && { nextPageToken }),
    }),
  );
  const ids = page.executions.flatMap(({ execution }) => execution?.workflowId ?? []);
  const jobs = await readAll(ids, (jobId) => read(request.tenant, jobId));
  const wanted = jobs.filter((job) => isWanted(job, request));
  const hasMore = page.nextPageToken.length > 0;
  return { jobs: wanted, ...(hasMore && { nextCursor: encodeCursor(page.nextPageToken, query) }) };
}

/** Temporal's list filter, an SQL WHERE clause: https://docs.temporal.io/list-filter */
function queryOf({ tenant, status, classification, createdAfter, createdBefore }: ListJobsRequest): string {
  const conditions = [`WorkflowType = ${quoted(workflowTypes.classifyDocument)}`, `Tenant = ${quoted(tenant)}`];
  if (status) conditions.push(`ExecutionStatus IN (${executionStatuses[status].map(quoted).join(', ')})`);
  if (classification !== undefined) conditions.push(...classificationConditions(classification));
  if (createdAfter) conditions.push(`StartTime > ${quoted(createdAfter.toISOString())}`);
  if (createdBefore) conditions.push(`StartTime < ${quoted(createdBefore.toISOString())}`);
  return conditions.join(' AND ');
}

/**
 * Temporal on an SQL database finds no value with a quotation mark, backslash or control character in it (seen with SQLite, server 1.32): it
 * is asked for what comes before, and `isWanted` does the rest.
 */
function classificationConditions(classification: string): string[] {
  const [plain = ''] = /^[^"\\%_\p{Cc}]*/u.exec(classification) ?? [];
  if (!/["\\\p{Cc}]/u.test(classification)) return [`Classification = ${quoted(classification)}`];
  return plain === '' ? ['Classification IS NOT NULL'] : [`Classification STARTS_WITH ${quoted(plain)}`];
}

function isWanted(job: Job, { status, classification }: ListJobsRequest): boolean {
  if (status !== undefined && job.status !== status) return false;
  if (classification === undefined) return true;
  return job.status === 'completed' && job.result.classification === classification;
}

/** Jobs that were deleted between the two looks are left out. */
async function readAll(ids: readonly string[], read: (jobId: string) => Promise<Job>): Promise<Job[]> {
  const jobs: (Job | undefined)[] = Array.from(ids, () => undefined);
  const queue = ids.entries();
  async function drain(): Promise<void> {
    for (const [index, jobId] of queue) jobs[index] = await readIfThere(read, jobId);
  }
  await Promise.all(Array.from({ length: readsAtOnce }, drain));
  return jobs.filter((job) => job !== undefined);
}

async function readIfThere(read: (jobId: string) => Promise<Job>, jobId: string): Promise<Job | undefined> {
  try {
    return await read(jobId);
  } catch (error) {
    if (error instanceof ClassifierError && error.code === 'not_found') return undefined;
    throw error;
  }
}

/** Temporal answers a token that it did not make for this very query with an internal error, so a cursor carries a check of both. */
function encodeCursor(token: Uint8Array, query: string): string {
  return Buffer.concat([checkOf(token, query), token]).toString('base64url');
}

function decodeCursor(cursor: string, query: string): Buffer {
  const bytes = Buffer.from(cursor, 'base64url');
  const token = bytes.subarray(checkLength);
  if (token.length > 0 && bytes.subarray(0, checkLength).equals(checkOf(token, query))) return token;
  throw new ClassifierError('invalid_request', 'cursor must be the next_cursor of an earlier page of the same list', {
    errors: [{ pointer: '/cursor', detail: 'must be the next_cursor of an earlier page of the same list' }],
  });
}

const checkLength = 8;

function checkOf(token: Uint8Array, query: string): Buffer {
  return createHash('sha256').update(query).update('\0').update(token).digest().subarray(0, checkLength);
}
