import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { ClassifierError } from '../domain/errors.ts';
import type { Job } from '../domain/job.ts';
import type { TenantSlots } from '../domain/tenant-slots.ts';
import type { JobReader } from './read-job.ts';
import { isRunOver } from './run-status.ts';

export interface WaitDependencies {
  readonly client: Client;
  /** Of the waits of this process: Temporal answers 503 to everybody where a namespace has too many. */
  readonly waits: TenantSlots;
}

export interface WaitRequest {
  readonly tenant: string;
  readonly jobId: string;
  readonly waitMs: number;
  /** Ends the wait when the caller has gone. */
  readonly signal: AbortSignal;
}

/** A place among the waits of a tenant, which is held until it is disposed. */
export interface ReservedWait extends Disposable {
  wait(request: Omit<WaitRequest, 'tenant'>): Promise<Job>;
}

/** One wait on a connection to Temporal. */
const waitSliceMs = 55_000;
const comeAgainMs = 1000;

/**
 * Waits until a job is finished, at most `waitMs`, and gives it as it is then: at once, where the tenant has its share of waits already. Temporal tells
 * of the end by itself, so waiting costs no polling.
 */
export async function waitForJob(
  dependencies: WaitDependencies,
  reader: JobReader,
  request: WaitRequest,
): Promise<Job> {
  const { tenant, jobId, waitMs } = request;
  if (waitMs <= 0) return reader.read(tenant, jobId);
  const job = await reader.look(tenant, jobId);
  if (isRunOver(job)) return job;
  const giveBack = dependencies.waits.take(tenant);
  // Without its progress: of a flood of waits, asking workers for that would be the costly part.
  if (!giveBack) return job;
  try {
    return await untilOver(dependencies.client, reader, request);
  } finally {
    giveBack();
  }
}

/** Takes a place before anything is begun that is worth nothing without it. Throws `rate_limited` where the tenant has its share. */
export function reserveWait({ client, waits }: WaitDependencies, reader: JobReader, tenant: string): ReservedWait {
  const giveBack = waits.take(tenant);
  if (!giveBack) {
    const detail = `Too many requests wait for their run: at most ${waits.limitOf(tenant)} of a tenant may now. Nothing was started`;
    throw new ClassifierError('rate_limited', detail, { retryAfterMs: comeAgainMs });
  }
  return {
    wait: (request) => untilOver(client, reader, { tenant, ...request }),
    [Symbol.dispose]: giveBack,
  };
}

async function untilOver(
  client: Client,
  reader: JobReader,
  { tenant, jobId, waitMs, signal }: WaitRequest,
): Promise<Job> {
  const until = Date.now() + waitMs;
  for (;;) {
    const sliceUntil = Math.min(until, Date.now() + waitSliceMs);
    try {
      await client.connection.withAbortSignal(signal, () =>
        client.connection.withDeadline(sliceUntil, () => client.workflow.getHandle(jobId).result()),
      );
    } catch {
      // It failed, the time is over, or Temporal is away: what there is to say of it, reading says.
    }
    const job = await reader.read(tenant, jobId);
    if (isRunOver(job) || signal.aborted || Date.now() >= until) return job;
    // Cut short by Temporal, which must not be asked the faster for it.
    await delay(Math.max(0, Math.min(sliceUntil - Date.now(), comeAgainMs)));
  }
}
