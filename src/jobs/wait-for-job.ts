import type { Client } from '@temporalio/client';
import { ClassifierError } from '../domain/errors.ts';
import { isRunOver, type Job } from '../domain/job.ts';
import type { TenantSlots } from '../domain/tenant-slots.ts';
import { createEndWatch, pauseBetweenWatches } from './end-watch.ts';
import type { JobReader } from './read-job.ts';

export interface WaitDependencies {
  readonly client: Client;
  /** Limits the waits of this process: Temporal answers 503 to everybody when a namespace has too many. */
  readonly waits: TenantSlots;
}

export interface WaitRequest {
  readonly tenant: string;
  readonly jobId: string;
  readonly waitMs: number;
  /** Ends the wait when the caller has gone. */
  readonly signal: AbortSignal;
}

/** A place among a tenant's waits, held until disposed. */
export interface ReservedWait extends Disposable {
  wait(request: Omit<WaitRequest, 'tenant'>): Promise<Job>;
}

export interface JobWaits {
  /**
   * Waits until a job is finished, at most `waitMs`, and returns it. Returns at once if the tenant has its share of
   * waits.
   */
  readonly wait: (request: WaitRequest) => Promise<Job>;
  /**
   * Reserves a place before starting work that is useless without it. Throws `rate_limited` if the tenant has its
   * share.
   */
  readonly reserve: (tenant: string) => ReservedWait;
}

const comeAgainMs = 1000;

/** Creates the waits of a process, which share one limit. */
export function createJobWaits({ client, waits }: WaitDependencies, reader: JobReader): JobWaits {
  const watchEnd = createEndWatch(client);

  async function untilOver({ tenant, jobId, waitMs, signal }: WaitRequest): Promise<Job> {
    const until = Date.now() + waitMs;
    for (;;) {
      const startedAt = Date.now();
      await watchEnd({ jobId, until, signal });
      const job = await reader.read(tenant, jobId);
      if (isRunOver(job) || signal.aborted || Date.now() >= until) return job;
      await pauseBetweenWatches(startedAt, until);
    }
  }

  return {
    async wait(request) {
      const { tenant, jobId, waitMs } = request;
      if (waitMs <= 0) return reader.read(tenant, jobId);
      const job = await reader.readWithoutProgress(tenant, jobId);
      if (isRunOver(job)) return job;
      const giveBack = waits.take(tenant);
      // Without progress: in a flood of waits, asking workers would be the expensive part.
      if (!giveBack) return job;
      try {
        return await untilOver(request);
      } finally {
        giveBack();
      }
    },
    reserve(tenant) {
      const giveBack = waits.take(tenant);
      if (!giveBack) {
        const detail = `Too many requests wait for their run: at most ${waits.limitOf(tenant)} of a tenant may now. Nothing was started`;
        throw new ClassifierError('rate_limited', detail, { retryAfterMs: comeAgainMs });
      }
      return { wait: (request) => untilOver({ tenant, ...request }), [Symbol.dispose]: giveBack };
    },
  };
}
