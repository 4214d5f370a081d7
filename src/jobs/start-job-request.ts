import type { Category } from '../domain/category.ts';
import type { ClassifyDocumentInput, StoredDocument } from '../domain/contract.ts';
import type { PageSelection } from '../domain/page-selection.ts';
import type { RunRequest } from '../records/jobs/job-request.ts';

/** The request to start a job, from either contract. */
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
  /** Where to send the answer; never in a history. */
  readonly webhookUrl?: string;
  /** Returned unchanged; never in a history. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** The category for what fits none of the others. */
  readonly catchAll?: string;
  /** Below a confidence the run waits for a person. */
  readonly review?: ClassifyDocumentInput['review'];
  /** The run's fields of Extend's contract; never in a history. */
  readonly run?: RunRequest;
  /** The job that this one repeats. */
  readonly rerunOf?: string;
  /** The operation that created the job, by which its jobs can be found. Not for batches of Extend's. */
  readonly operationId?: string | undefined;
  /** Sends no event at the end of the run. */
  readonly isSilent?: boolean;
  /** From 1 (first) to 5; 3 when absent (Temporal's priority keys). */
  readonly priority?: number;
  /** How long the run waits for the operator; the setting's value when absent. */
  readonly patienceSeconds?: number;
  /** The job id stands for a caller's key, which may come again. */
  readonly isIdempotent?: boolean;
  /** Of the HTTP request, for the logs of workers. */
  readonly requestId?: string | undefined;
}
