import { ActivityFailure, isCancellation, log, patched, TimeoutFailure } from '@temporalio/workflow';
import type { StoreResultInput } from '../activities/store-result.ts';
import type { StoredEnd } from '../activities/end-event.ts';
import type { StoredOutcome } from '../src/domain/job.ts';
import type { RunEnds } from '../src/domain/workflow-input.ts';
import { storeResult, storeResultAtOnce } from './activity-proxies.ts';
import type { Patience } from './patience.ts';

/** Stores the outcome, waiting for the store as long as patience allows. Returns whom to notify. */
export async function storeOutcome(
  { tenant, events, fileId }: RunEnds,
  outcome: StoredOutcome,
  patience: Patience,
): Promise<StoredEnd> {
  const input = {
    tenant,
    outcome,
    ...(fileId !== undefined && { fileId }),
    ...(events && { events }),
    canWait: true,
  };
  // A worker of an earlier version returns nothing.
  const stored: StoredEnd | undefined = await store(input, patience);
  return stored ?? {};
}

const summary = 'Store the result';

/** Waits for an absent store with an ordinary activity, whose attempts leave nothing in the history. */
async function store(input: StoreResultInput, patience: Patience): Promise<StoredEnd> {
  const inActivity = () => patience.outlast(() => storeResult.executeWithOptions({ summary }, [input]));
  // Runs of earlier versions recorded an ordinary activity only.
  if (!patched('store-result-at-once')) return inActivity();
  try {
    return await storeResultAtOnce.executeWithOptions({ summary }, [input]);
  } catch (error) {
    if (isCancellation(error)) throw error;
    // The ordinary activity reports any other failure.
    if (error instanceof ActivityFailure && error.cause instanceof TimeoutFailure) {
      log.warn('storing the result takes long, leaving it to an activity');
    }
    return await inActivity();
  }
}
