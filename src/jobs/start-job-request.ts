import type { Category } from '../domain/category.ts';
import type { ClassifyDocumentInput, StoredDocument } from '../domain/contract.ts';
import type { PageSelection } from '../domain/page-selection.ts';
import type { RunRequest } from '../records/jobs/job-request.ts';

/** What a job is started with, whichever contract it came by. */
export interface StartJobRequest {
  readonly tenant: string;
  /** Also the workflow id. */
  readonly jobId: string;
  /** `key`: in the store; a worker finds out what it is. */
  readonly source: { readonly document: StoredDocument } | { readonly url: string } | { readonly key: string };
  readonly fileName?: string;
  readonly categories: readonly Category[];
  /** How to choose, in the caller's words; never in a history. */
  readonly instructions?: string;
  readonly selection: PageSelection;
  readonly unknown?: 'allow';
  /** Whom to tell when the job is finished; never in a history. */
  readonly webhookUrl?: string;
  /** Given back as it came; never in a history. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** The category for what fits none of the others. */
  readonly catchAll?: string;
  /** Below a confidence the run waits for a person. */
  readonly review?: ClassifyDocumentInput['review'];
  /** What Extend's contract gives back of a run; never in a history. */
  readonly run?: RunRequest;
  /** The job that this one repeats. */
  readonly rerunOf?: string;
  /** What made the job, where that is no batch of Extend's: jobs are found by it. */
  readonly operationId?: string | undefined;
  /** No endpoint hears of the end of the run. */
  readonly isSilent?: boolean;
  /** From 1 (first) to 5; 3 when absent (Temporal's priority keys). */
  readonly priority?: number;
  /** How long the run waits for what only the operator can mend; as long as the setting says when absent. */
  readonly patienceSeconds?: number;
  /** The job id stands for a key of the caller's, which may come again. */
  readonly isIdempotent?: boolean;
  /** Of the HTTP request, for the logs of workers. */
  readonly requestId?: string | undefined;
}
