import { ActivityFailure, isCancellation, log, patched, TimeoutFailure } from '@temporalio/workflow';
import type { StoreResultInput } from '../activities/store-result.ts';
import type { StoredEnd } from '../activities/end-event.ts';
import type { StoredOutcome } from '../src/domain/job.ts';
import type { RunEnds } from '../src/domain/workflow-input.ts';
import { storeResult, storeResultAtOnce } from './activity-proxies.ts';
import type { Patience } from './patience.ts';

/** Stores the outcome, however long the store is away within the patience, and says whom its end is to be told. */
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
  // A worker of an earlier version answers nothing.
  const stored: StoredEnd | undefined = await store(input, patience);
  return stored ?? {};
}

const summary = 'Store the result';

/** A store that is away is waited for by an ordinary activity, whose attempts leave nothing in the history. */
async function store(input: StoreResultInput, patience: Patience): Promise<StoredEnd> {
  const inActivity = () => patience.outlast(() => storeResult.executeWithOptions({ summary }, [input]));
  // Runs from before have it in an ordinary activity only.
  if (!patched('store-result-at-once')) return inActivity();
  try {
    return await storeResultAtOnce.executeWithOptions({ summary }, [input]);
  } catch (error) {
    if (isCancellation(error)) throw error;
    // The attempt itself tells of any other failure.
    if (error instanceof ActivityFailure && error.cause instanceof TimeoutFailure) {
      log.warn('storing the result takes long, leaving it to an activity');
    }
    return await inActivity();
  }
}
