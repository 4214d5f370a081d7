import { mapBounded } from '../domain/map-bounded.ts';
import { ClassifierError, errorFacts, normalizeError } from '../domain/errors.ts';
import type { TenantSlotsOptions } from '../domain/tenant-slots.ts';
import { newId } from '../records/ids.ts';
import { listExecutions } from '../temporal/executions.ts';
import { countJobs, filterQuery, type FoundJobs } from './job-filter.ts';
import { createJobReader } from './read-job.ts';
import type { RerunDependencies } from './rerun-job.ts';
import { planRerun, type RerunOfOperation } from './rerun-of-operation.ts';
import { findStandingOperation, type OperationQuestion } from './standing-operation.ts';

export interface DryRunDependencies extends Omit<RerunDependencies, 'reader'> {
  /** Needed to create a reader of jobs; never used here. */
  readonly questions: TenantSlotsOptions;
  /** How many jobs to examine; further ones are only counted. */
  readonly maxDryRunJobs: number;
}

/** What a rerun would do now. */
export interface DryRun {
  readonly found: FoundJobs;
  readonly wouldRerun: number;
  readonly skippedBy: Readonly<Record<string, number>>;
  readonly failedBy: Readonly<Record<string, number>>;
  /** Found but not examined. */
  readonly unexamined: number;
  /** The existing operation that the request would return; it would start nothing new. */
  readonly operationId?: string;
}

const pageSize = 200;
const looksAtOnce = 16;

/**
 * Examines each job that a filter finds as the operation would, and does nothing. Counts those that exceed what is left
 * of the tenant's quota as failed. Stops when the caller has gone.
 */
export async function dryRunOfRerun(
  dependencies: DryRunDependencies,
  question: OperationQuestion,
  signal: AbortSignal,
): Promise<DryRun> {
  const { client } = dependencies;
  const { tenant, kind, filter, changes, key } = question;
  const standing = await findStandingOperation(dependencies, question);
  const until = Date.now();
  const scope = { tenant, kind, until, operationId: newId(kind, new Date(until)) };
  const found = await countJobs(client, filter, scope);
  const matched = found.running + found.completed + found.failed;
  const none = { wouldRerun: 0, skippedBy: {}, failedBy: {}, unexamined: 0 };
  if (standing !== undefined) {
    return { ...none, found, ...(matched > 0 && { skippedBy: { same_request: matched } }), operationId: standing };
  }
  const rerun = { ...scope, request: { filter, changes, isKeyed: key !== undefined } };
  const fates = await fatesOf(dependencies, rerun, signal);
  const named = (wanted: Fate['kind']) =>
    countNames(fates.flatMap((fate) => (fate.kind === wanted ? [fate.reason] : [])));
  const runnable = fates.filter((fate) => fate.kind === 'rerun').length;
  const remaining = (await dependencies.quotas.remaining(tenant)) ?? runnable;
  const beyond = Math.max(runnable - remaining, 0);
  return {
    found,
    wouldRerun: runnable - beyond,
    skippedBy: named('skipped'),
    failedBy: { ...named('failed'), ...(beyond > 0 && { quota_exceeded: beyond }) },
    unexamined: Math.max(0, matched - fates.length),
  };
}

interface Fate {
  readonly kind: 'rerun' | 'skipped' | 'failed';
  readonly reason: string;
}

async function fatesOf(
  dependencies: DryRunDependencies,
  rerun: Omit<RerunOfOperation, 'jobId'>,
  signal: AbortSignal,
): Promise<readonly Fate[]> {
  const { client, maxDryRunJobs } = dependencies;
  const reader = createJobReader(dependencies);
  const query = filterQuery(rerun.request.filter, rerun);
  const fates: Fate[] = [];
  let pageToken: string | undefined;
  do {
    const size = Math.min(pageSize, maxDryRunJobs - fates.length);
    const page = await listExecutions(client, query, size, pageToken);
    const some = await mapBounded(page.executions, looksAtOnce, async ({ workflowId }) => {
      // Nobody waits for the answer.
      if (signal.aborted) return [];
      return [await fateOf({ ...dependencies, reader }, { ...rerun, jobId: workflowId })];
    });
    fates.push(...some.flat());
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined && fates.length < maxDryRunJobs && !signal.aborted);
  return fates;
}

async function fateOf(dependencies: RerunDependencies, rerun: RerunOfOperation): Promise<Fate> {
  try {
    const asked = await planRerun(dependencies, rerun);
    return typeof asked === 'string' ? { kind: 'skipped', reason: asked } : { kind: 'rerun', reason: '' };
  } catch (error) {
    const { code } = normalizeError(error);
    if (!(error instanceof ClassifierError) || errorFacts[code].status === 503) throw error;
    return { kind: 'failed', reason: code };
  }
}

function countNames(names: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
