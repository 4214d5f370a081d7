import type { OperationOutcome } from '../src/domain/job-operation.ts';
import { writeJson } from '../src/records/json-documents.ts';
import { operationKeys } from '../src/records/keys.ts';
import { runStep, waitingForStore, type StoreDependencies } from './run-step.ts';

export interface StoreOperationResultInput {
  readonly tenant: string;
  readonly operationId: string;
  readonly outcome: OperationOutcome;
  /** True if the run can wait for the operator; such a failure then ends the activity at once. */
  readonly canWait?: boolean;
}

/**
 * Writes `result.json` of an operation on many jobs, which outlives Temporal's retention. The same outcome writes the
 * same bytes.
 */
export function createStoreOperationResult(dependencies: StoreDependencies) {
  const { store } = dependencies;
  return async function storeOperationResult(input: StoreOperationResultInput): Promise<void> {
    const { tenant, operationId, outcome } = input;
    return runStep(
      async (signal) => {
        await writeJson(store, operationKeys(tenant, operationId).result, outcome, { signal });
      },
      waitingForStore(input, dependencies),
    );
  };
}
