import type { EventOptions } from '../src/domain/contract.ts';
import { jobOfAnotherRun } from '../src/domain/error-sentences.ts';
import type { RunIdentity, StoredOutcome } from '../src/domain/job.ts';
import { runEventType } from '../src/domain/webhook-event.ts';
import { keepJobId } from '../src/records/jobs/job-id.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { settleFile } from '../src/records/files/file-holders.ts';
import { logAttemptFailure } from './activity-log.ts';
import { writeOutcome } from '../src/records/jobs/job-outcome.ts';
import { withOwnObjects } from './own-objects.ts';
import { toStoredEnd, type StoredEnd } from './end-event.ts';
import { runIdentity } from './run-identity.ts';
import { runStep, waitingForStore, type StoreDependencies } from './run-step.ts';

export interface StoreResultInput {
  readonly tenant: string;
  /** Runs of an earlier version do not say which they are. */
  readonly outcome: StoredOutcome & Partial<RunIdentity>;
  /** The file that was the document. */
  readonly fileId?: string;
  /** The end of this run is an event. */
  readonly events?: EventOptions;
  /** The run knows how to wait for what only the operator can mend, and is told at once. */
  readonly canWait?: boolean;
}

/**
 * Writes `result.json`, which outlives Temporal's retention; the same outcome writes the same bytes. Also says whom the
 * end of the run is to be told: an activity for that alone would cost every run as much as all the rest of its end. A
 * result that has no place, because a finished job has this run's id, is refused; a failure has none either, and nobody
 * is told of it as that job's.
 */
export function createStoreResult(dependencies: StoreDependencies) {
  const { store } = dependencies;
  return async function storeResult(input: StoreResultInput): Promise<StoredEnd> {
    const { tenant, outcome, fileId, events } = input;
    return runStep(
      async (signal) => {
        const isStored = await withOwnObjects(store, { tenant, jobId: outcome.jobId }, async (own) => {
          await keepJobId(own, tenant, outcome.jobId);
          return writeOutcome(own, tenant, { ...runIdentity(outcome), ...outcome }, signal);
        });
        if (fileId !== undefined) await settle(store, tenant, fileId);
        if (isStored) return toStoredEnd(store, tenant, runEventType(outcome.error), events);
        if (outcome.result) throw jobOfAnotherRun();
        return { isOfAnotherJob: true };
      },
      waitingForStore(input, dependencies),
    );
  };
}

/** What is not done here the sweep does: an end must not wait for it. */
async function settle(store: ObjectStore, tenant: string, fileId: string): Promise<void> {
  try {
    await settleFile(store, tenant, fileId);
  } catch (error) {
    logAttemptFailure(error);
  }
}
