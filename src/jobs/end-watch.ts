import type { Client } from '@temporalio/client';
import { setTimeout as delay } from 'node:timers/promises';

export interface WatchRequest {
  readonly jobId: string;
  /** Wall clock, in ms. */
  readonly until: number;
  /** Ends the wait when the caller has gone. */
  readonly signal: AbortSignal;
}

/** Resolves when the job may have ended, the time is over, or the caller has gone; reading the job tells which. */
export type EndWatch = (request: WatchRequest) => Promise<void>;

/** One wait on a connection to Temporal. */
const sliceMs = 55_000;
const comeAgainMs = 1000;

interface Slice {
  readonly over: Promise<void>;
  readonly gone: AbortController;
  waiters: number;
}

/**
 * Waits for a job's end with Temporal's long poll, so that waiting costs no polling. All waiters for one job share one
 * call.
 */
export function createEndWatch(client: Client): EndWatch {
  const slices = new Map<string, Slice>();

  function begin(jobId: string): Slice {
    const gone = new AbortController();
    const slice: Slice = { over: askOnce(jobId, gone.signal).finally(() => forget(jobId, slice)), gone, waiters: 0 };
    slices.set(jobId, slice);
    return slice;
  }

  function forget(jobId: string, slice: Slice): void {
    if (slices.get(jobId) === slice) slices.delete(jobId);
  }

  async function askOnce(jobId: string, signal: AbortSignal): Promise<void> {
    const until = Date.now() + sliceMs;
    try {
      await client.connection.withAbortSignal(signal, () =>
        client.connection.withDeadline(until, () => client.workflow.getHandle(jobId).result()),
      );
    } catch {
      // The job failed, the time is over, nobody waits any more, or Temporal is away: reading the job tells.
    }
  }

  return async function watchEnd({ jobId, until, signal }) {
    const slice = slices.get(jobId) ?? begin(jobId);
    slice.waiters += 1;
    const stop = new AbortController();
    const given = { signal: AbortSignal.any([signal, stop.signal]) };
    const patience = delay(Math.max(0, until - Date.now()), undefined, given).catch(ignore);
    await Promise.race([slice.over, patience]);
    stop.abort();
    slice.waiters -= 1;
    if (slice.waiters > 0) return;
    forget(jobId, slice);
    slice.gone.abort();
  };
}

/** Pauses after a watch that Temporal cut short, so as not to ask it faster and faster. */
export async function pauseBetweenWatches(startedAt: number, until: number): Promise<void> {
  const sliceUntil = Math.min(until, startedAt + sliceMs);
  await delay(Math.max(0, Math.min(sliceUntil - Date.now(), comeAgainMs)));
}

function ignore(): void {
  // The caller has gone, or the job has ended.
}
