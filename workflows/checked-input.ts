import { patched, workflowInfo } from '@temporalio/workflow';
import type { ClassifyDocumentInput } from '../src/domain/contract.ts';
import { problemOfForeignInput } from '../src/domain/input-fields.ts';
import type { JobError, RunIdentity } from '../src/domain/job.ts';
import { requestOfMemo } from '../src/domain/request-id.ts';
import { searchAttributeKeys } from '../src/domain/search-attributes.ts';
import { parseWorkflowInput, type ParsedInput } from '../src/domain/workflow-input.ts';
import { describeFailure } from './failures.ts';

/** The input of a run, or why the run must refuse it. */
export type CheckedInput =
  | { readonly parsed: ParsedInput; readonly failure?: never }
  | { readonly parsed?: never; readonly failure: JobError };

/** Checks the input. This matters for other workflows: the API has checked its own. */
export function checkInput(input: ClassifyDocumentInput): CheckedInput {
  try {
    const problem = isStartedByApi() ? undefined : problemOfForeignInput(input);
    // Runs of earlier versions ignored unknown fields. Only a run with a problem reaches this patch, so no other
    // history has its marker.
    if (problem && patched('refuse-unknown-fields')) throw problem;
    return { parsed: parseWorkflowInput(input) };
  } catch (error) {
    return { failure: describeFailure(error) };
  }
}

/**
 * Whether a request to the API started the run, directly or as part of a batch. A child of another workflow may have
 * the memo too.
 */
export function isStartedByApi(): boolean {
  const { memo, parent, typedSearchAttributes } = workflowInfo();
  const isOfBatch = typedSearchAttributes.get(searchAttributeKeys.batch) !== undefined;
  return requestOfMemo(memo).requestId !== undefined && (parent === undefined || isOfBatch);
}

/** The run's ids and start, as its outcome records them. */
export function ownIdentity(): RunIdentity {
  const { runId, firstExecutionRunId: firstRunId, startTime } = workflowInfo();
  return { runId, firstRunId, createdAt: startTime.toISOString() };
}
