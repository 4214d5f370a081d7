import { isRefusal } from '../domain/errors.ts';
import type { QuotaShare } from './quota.ts';

export interface CountedStart {
  /** False for a repetition, which counts nothing. */
  readonly isStarted: boolean;
  /** What is left of the tenant's quota; undefined if it has none. */
  readonly remaining: number | undefined;
}

/**
 * Starts a job or a batch, and settles its share of the quota: the share counts if `start` resolves with true, and is
 * given back if it resolves with false or is refused. After any other error it counts until the quota finds out.
 */
export async function startCounted(
  share: QuotaShare | undefined,
  start: () => Promise<boolean>,
): Promise<CountedStart> {
  try {
    const isStarted = await start();
    if (!isStarted) return { isStarted, remaining: await share?.giveBack() };
    await share?.keep();
    return { isStarted, remaining: share?.remaining };
  } catch (error) {
    await settleAfter(error, share);
    throw error;
  }
}

/** Calls `undo` if `start` is refused. After any other error the job may have started, so what it needs stays. */
export async function undoIfRefused<T>(start: () => Promise<T>, undo: (error: unknown) => Promise<void>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    if (isRefusal(error)) await undo(error);
    throw error;
  }
}

async function settleAfter(error: unknown, share: QuotaShare | undefined): Promise<void> {
  try {
    await (isRefusal(error) ? share?.giveBack() : share?.leaveOpen());
  } catch {
    // The caller gets the first error. The document counts.
  }
}
