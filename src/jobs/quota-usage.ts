import { z } from 'zod';
import { ClassifierError } from '../domain/errors.ts';

const usageSchema = z.object({
  documents: z.number().int().min(0),
  /** How many requests hold the document of a job that none of them has started yet. */
  holders: z.record(z.string(), z.number().int().min(1)).optional(),
  /** Counted, though nobody could tell whether the job, or the batch, was started. */
  unsettled: z.record(z.string(), z.object({ documents: z.number().int().min(1), since: z.iso.datetime() })).optional(),
});

/** What a tenant has used of a month. */
export type Usage = z.infer<typeof usageSchema>;

/** A count of which it is not known whether its job was started. */
export interface UnsettledCount {
  readonly id: string;
  readonly documents: number;
  /** ISO 8601. */
  readonly since: string;
}

export const noUsage: Usage = { documents: 0 };

/** Throws for what is no usage document. */
export function parseUsage(value: unknown): Usage {
  return usageSchema.parse(value);
}

/** Throws `quota_exceeded` beyond the limit. */
export function count(usage: Usage, by: number, limit: number): Usage {
  if (by > 0 && usage.documents + by > limit) throw quotaExceeded(usage, limit);
  return { ...usage, documents: Math.max(usage.documents + by, 0) };
}

/** Whether the document of a job is counted, and not yet for good. */
export function isHeld(usage: Usage, jobId: string): boolean {
  return holdersOf(usage, jobId) > 0 || Object.hasOwn(usage.unsettled ?? {}, jobId);
}

/** The first to hold a job's document counts it. Throws `quota_exceeded`. */
export function hold(usage: Usage, jobId: string, limit: number): Usage {
  const counted = isHeld(usage, jobId) ? usage : count(usage, 1, limit);
  return withHolders(counted, jobId, holdersOf(usage, jobId) + 1);
}

/**
 * The last to let go of a document that nobody kept gives it back; one of which nobody knows stays until that is
 * settled.
 */
export function release(usage: Usage, jobId: string, limit: number): Usage {
  const holders = holdersOf(usage, jobId);
  if (holders === 0) return usage;
  const left = withHolders(usage, jobId, holders - 1);
  return isHeld(left, jobId) ? left : count(left, -1, limit);
}

/** The document counts, whatever others do who hold it. */
export function keep(usage: Usage, jobId: string): Usage {
  return withoutUnsettled(withHolders(usage, jobId, 0), jobId);
}

/** What was held counts until it is known whether the job runs; unless somebody else has started it meanwhile. */
export function leaveOpen(usage: Usage, jobId: string, since: string): Usage {
  const holders = holdersOf(usage, jobId);
  return holders === 0
    ? usage
    : markUnsettled(withHolders(usage, jobId, holders - 1), { id: jobId, documents: 1, since });
}

/** Says of what was counted that nobody knows whether it was started. */
export function markUnsettled(usage: Usage, { id, documents, since }: UnsettledCount): Usage {
  return { ...usage, unsettled: { ...usage.unsettled, [id]: { documents, since } } };
}

/** The oldest first. */
export function unsettledOf({ unsettled = {} }: Usage): UnsettledCount[] {
  const all = Object.entries(unsettled).map(([id, facts]) => ({ id, ...facts }));
  return all.toSorted((one, other) => Date.parse(one.since) - Date.parse(other.since));
}

/** What was started stays counted, and what was not is given back, unless a request holds it again. */
export function settle(usage: Usage, { id, since }: UnsettledCount, isStarted: boolean, limit: number): Usage {
  const present = Object.hasOwn(usage.unsettled ?? {}, id) ? usage.unsettled?.[id] : undefined;
  if (present?.since !== since) return usage;
  const settled = withoutUnsettled(usage, id);
  return isStarted || holdersOf(usage, id) > 0 ? settled : count(settled, -present.documents, limit);
}

export function quotaExceeded({ documents: current }: Usage, limit: number): ClassifierError {
  return new ClassifierError('quota_exceeded', 'Insufficient quota', { quota: { current, limit } });
}

function holdersOf({ holders = {} }: Usage, jobId: string): number {
  return Object.hasOwn(holders, jobId) ? (holders[jobId] ?? 0) : 0;
}

function withHolders({ holders = {}, ...usage }: Usage, jobId: string, number: number): Usage {
  const { [jobId]: _own, ...others } = holders;
  return { ...usage, holders: number > 0 ? { ...others, [jobId]: number } : others };
}

function withoutUnsettled({ unsettled = {}, ...usage }: Usage, id: string): Usage {
  const { [id]: _settled, ...others } = unsettled;
  return Object.keys(others).length > 0 ? { ...usage, unsettled: others } : usage;
}
