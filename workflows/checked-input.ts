import { patched, workflowInfo } from '@temporalio/workflow';
import type { ClassifyDocumentInput } from '../src/domain/contract.ts';
import { problemOfForeignInput } from '../src/domain/input-fields.ts';
import type { JobError, RunIdentity } from '../src/domain/job.ts';
import { requestOfMemo } from '../src/domain/request-id.ts';
import { searchAttributeKeys } from '../src/domain/search-attributes.ts';
import { parseWorkflowInput, type ParsedInput } from '../src/domain/workflow-input.ts';
import { describeFailure } from './failures.ts';

/** The input of a run, or why it is none. */
export type CheckedInput =
  | { readonly parsed: ParsedInput; readonly failure?: never }
  | { readonly parsed?: never; readonly failure: JobError };

/**
 * Checks what the run was started with; more of what another workflow says than of what the API does, which has checked
 * it.
 */
export function checkInput(input: ClassifyDocumentInput): CheckedInput {
  try {
    const problem = isStartedByApi() ? undefined : problemOfForeignInput(input);
    // Runs from before went on without what they do not know. Only one that has a problem asks: no other history holds
    // the answer.
    if (problem && patched('refuse-unknown-fields')) throw problem;
    return { parsed: parseWorkflowInput(input) };
  } catch (error) {
    return { failure: describeFailure(error) };
  }
}

/**
 * Whether the run comes from a request to the API, by itself or as part of a batch: a child of another workflow may
 * have the memo too.
 */
export function isStartedByApi(): boolean {
  const { memo, parent, typedSearchAttributes } = workflowInfo();
  const isOfBatch = typedSearchAttributes.get(searchAttributeKeys.batch) !== undefined;
  return requestOfMemo(memo).requestId !== undefined && (parent === undefined || isOfBatch);
}

/** Which run this is, as its outcome says. */
export function ownIdentity(): RunIdentity {
  const { runId, firstExecutionRunId: firstRunId, startTime } = workflowInfo();
  return { runId, firstRunId, createdAt: startTime.toISOString() };
}
