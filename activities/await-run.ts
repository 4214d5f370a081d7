import { setTimeout as delay } from 'node:timers/promises';
import type { BatchCounts } from '../src/domain/batch.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { readOutcome } from '../src/storage/stored-outcome.ts';
import { runStep } from './run-step.ts';

export interface AwaitRunInput {
  readonly tenant: string;
  readonly jobId: string;
}

export interface AwaitRunResult {
  readonly outcome: keyof BatchCounts;
}

/** A run takes seconds at least, and this waits only for those that a reset batch has met again. */
const lookEveryMs = 1000;

/** Resolves when the store tells how a run ended that somebody else has started. */
export function createAwaitRun({ store }: { readonly store: ObjectStore }) {
  return async function awaitRun({ tenant, jobId }: AwaitRunInput): Promise<AwaitRunResult> {
    return runStep(async (signal) => {
      for (;;) {
        const job = await readOutcome(store, tenant, jobId);
        if (job?.status === 'completed') return { outcome: 'processed' };
        if (job?.status === 'failed') return { outcome: job.error.code === 'cancelled' ? 'cancelled' : 'failed' };
        await delay(lookEveryMs, undefined, { signal });
      }
    });
  };
}
