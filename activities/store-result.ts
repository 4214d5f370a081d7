import { Context } from '@temporalio/activity';
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
import { runStep, waitingForStore, type StoreDependencies } from './run-step.ts';

export interface StoreResultInput {
  readonly tenant: string;
  /** Runs of earlier versions do not send their identity. */
  readonly outcome: StoredOutcome & Partial<RunIdentity>;
  /** The uploaded file, if the document was one. */
  readonly fileId?: string;
  /** Present if the end of this run is an event. */
  readonly events?: EventOptions;
  /** True if the run can wait for the operator; such a failure then ends the activity at once. */
  readonly canWait?: boolean;
}

/**
 * Writes `result.json`, which outlives Temporal's retention. The same outcome writes the same bytes. Also returns whom
 * to notify: an activity for that alone would cost as much as the rest of the run's end. Refuses a result whose id
 * belongs to a finished job; skips a failure of such a run, and notifies nobody.
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

/** The sweep does what fails here: the end of a run must not wait for it. */
async function settle(store: ObjectStore, tenant: string, fileId: string): Promise<void> {
  try {
    await settleFile(store, tenant, fileId);
  } catch (error) {
    logAttemptFailure(error);
  }
}

/** The run that an activity works for, unless its input says more. */
function runIdentity({ createdAt }: { readonly createdAt: string }): RunIdentity {
  const { runId = '' } = Context.current().info.workflowExecution ?? {};
  return { runId, firstRunId: runId, createdAt };
}
