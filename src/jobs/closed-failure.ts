import type { Client, WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure, TerminatedFailure, TimeoutFailure } from '@temporalio/common';
import { cancelled } from '../domain/error-sentences.ts';
import type { JobError } from '../domain/job.ts';
import { terminated, timedOut } from '../domain/lost-end.ts';
import { terminationReason } from '../temporal/executions.ts';

/** Why a closed run has no result. */
export async function failureOfClosed(
  client: Client,
  { workflowId, runId }: { readonly workflowId: string; readonly runId: string },
  { cause }: WorkflowFailedError,
): Promise<JobError> {
  if (cause instanceof CancelledFailure) return { code: 'cancelled', detail: cancelled().detail };
  if (cause instanceof ApplicationFailure) return { code: cause.type ?? 'internal', detail: cause.message };
  if (cause instanceof TerminatedFailure) return terminated(await terminationReason(client, workflowId, runId));
  if (cause instanceof TimeoutFailure) return timedOut();
  return { code: 'internal', detail: 'An unexpected internal error occurred.' };
}
