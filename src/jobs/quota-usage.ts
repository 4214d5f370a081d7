import { z } from 'zod';
import { ClassifierError } from '../domain/errors.ts';

const usageSchema = z.object({
  documents: z.number().int().min(0),
  /** How many requests hold the document of a job that none of them has started yet. */
  holders: z.record(z.string(), z.number().int().min(1)).optional(),
  /** Counted although nobody knows whether the job or batch was started. */
  unsettled: z.record(z.string(), z.object({ documents: z.number().int().min(1), since: z.iso.datetime() })).optional(),
});

/** A tenant's usage of a month. */
export type Usage = z.infer<typeof usageSchema>;

/** A count whose job may or may not have started. */
export interface UnsettledCount {
  readonly id: string;
  readonly documents: number;
  /** ISO 8601. */
  readonly since: string;
}

export const noUsage: Usage = { documents: 0 };

/** Throws for anything that is no usage document. */
export function parseUsage(value: unknown): Usage {
  return usageSchema.parse(value);
}

/** Throws `quota_exceeded` beyond the limit. */
export function count(usage: Usage, by: number, limit: number): Usage {
  if (by > 0 && usage.documents + by > limit) throw quotaExceeded(usage, limit);
  return { ...usage, documents: Math.max(usage.documents + by, 0) };
}

/** Whether the document of a job is counted, but not for good. */
export function isHeld(usage: Usage, jobId: string): boolean {
  return holdersOf(usage, jobId) > 0 || Object.hasOwn(usage.unsettled ?? {}, jobId);
}

/** The first holder of a job's document counts it. Throws `quota_exceeded`. */
export function hold(usage: Usage, jobId: string, limit: number): Usage {
  const counted = isHeld(usage, jobId) ? usage : count(usage, 1, limit);
  return withHolders(counted, jobId, holdersOf(usage, jobId) + 1);
}

/** The last holder gives a document back that nobody kept; an unsettled one stays until it is settled. */
export function release(usage: Usage, jobId: string, limit: number): Usage {
  const holders = holdersOf(usage, jobId);
  if (holders === 0) return usage;
  const left = withHolders(usage, jobId, holders - 1);
  return isHeld(left, jobId) ? left : count(left, -1, limit);
}

/** Counts the document for good, whatever other holders do. */
export function keep(usage: Usage, jobId: string): Usage {
  return withoutUnsettled(withHolders(usage, jobId, 0), jobId);
}

/** Counts a held document until it is known whether the job runs, unless somebody else has started it. */
export function leaveOpen(usage: Usage, jobId: string, since: string): Usage {
  const holders = holdersOf(usage, jobId);
  return holders === 0
    ? usage
    : markUnsettled(withHolders(usage, jobId, holders - 1), { id: jobId, documents: 1, since });
}

/** Marks counted documents whose start nobody could confirm. */
export function markUnsettled(usage: Usage, { id, documents, since }: UnsettledCount): Usage {
  return { ...usage, unsettled: { ...usage.unsettled, [id]: { documents, since } } };
}

/** The oldest first. */
export function unsettledOf({ unsettled = {} }: Usage): UnsettledCount[] {
  const all = Object.entries(unsettled).map(([id, facts]) => ({ id, ...facts }));
  return all.toSorted((one, other) => Date.parse(one.since) - Date.parse(other.since));
}

/** Keeps the count of what was started and gives back the rest, unless a request holds it again. */
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
