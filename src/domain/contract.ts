/**
 * The public contract of the workflow `classifyDocument`, for other workflows in any language. Plain JSON both ways.
 * Fields are only ever added, and new ones are optional: old histories replay without them.
 */
import type { Category } from './category.ts';
import type { DocumentType } from './document.ts';
import type { PageRange } from './page-selection.ts';

export const workflowTypes = {
  classifyDocument: 'classifyDocument',
  classifyBatch: 'classifyBatch',
  deliverWebhook: 'deliverWebhook',
  deleteExpiredJobs: 'deleteExpiredJobs',
  rerunJobs: 'rerunJobs',
  cancelJobs: 'cancelJobs',
  deleteJobs: 'deleteJobs',
} as const;

/** Task queues by resource. Callers name the first. */
export const taskQueues = {
  workflow: 'document-classification',
  fetch: 'document-classification-fetch',
  render: 'document-classification-render',
  model: 'document-classification-model',
  deliver: 'document-classification-deliver',
} as const;

/** Where the document is. */
export type DocumentSource =
  /** Already in the store, below the tenant's own prefix. `document` is present when the API stored it. */
  | { readonly kind: 'stored'; readonly key: string; readonly document?: StoredDocument }
  /** `url` itself, or `urlKey`: the key of a JSON object `{url}`, for URLs whose query must not stand in a history. */
  | { readonly kind: 'url'; readonly url?: string; readonly urlKey?: string }
  /** Small documents only (1 MiB): the caller's history holds them. */
  | { readonly kind: 'inline'; readonly base64: string };

/** A document in the store. `sha256` is lower-case hex. */
export interface StoredDocument {
  readonly key: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly type: DocumentType;
}

export interface ClassifyDocumentInput {
  readonly schemaVersion?: 1;
  readonly tenant?: string;
  readonly source: DocumentSource;
  readonly fileName?: string;
  readonly categories: readonly Category[];
  /** Object key of a JSON array with a description (or null) for each category, if too long for a history. */
  readonly descriptionsKey?: string;
  readonly instructions?: string;
  /** Object key of a JSON object `{instructions}`, for what no history may hold. Read when `instructions` is absent. */
  readonly instructionsKey?: string;
  readonly pages?: { readonly ranges?: readonly PageRange[]; readonly maxPages?: number };
  /** `allow`: a document that fits no category well is `unknown`, rather than the nearest category. */
  readonly unknown?: 'allow';
  /** The category for what fits none of the others. Its pages decide only when the first page is one. */
  readonly catchAll?: string;
  /** The uploaded file, if the document is one. It may also be plain text. */
  readonly fileId?: string;
  /** Where to send the answer: `requestKey` is the key of a JSON object `{webhookUrl}`. */
  readonly webhook?: { readonly requestKey: string };
  /** Below this confidence the run waits for a person's update `review`, for a limited time. */
  readonly review?: Partial<ReviewPolicy> & Pick<ReviewPolicy, 'belowConfidence'>;
  /** How long the run waits in total for the operator, such as after a refused key; a day when absent. */
  readonly patienceSeconds?: number;
  /** Why this document cannot be classified, if known before: a run of a batch fails with this. */
  readonly refusal?: { readonly code: string; readonly detail: string };
  /** Present if the end of the run is an event for the tenant's endpoints. */
  readonly events?: EventOptions;
}

export interface EventOptions {
  /** The classifier of the run, for endpoints that subscribed to it alone. */
  readonly classifierId?: string;
}

export interface CandidateResult {
  readonly name: string;
  readonly confidence: number | null;
}

export interface PageResult {
  /** 1-based, in the document. */
  readonly pageNumber: number;
  readonly success: boolean;
  /** One of the caller's categories, or `unknown` where that is allowed; the first of them when `success` is false. */
  readonly classification: string;
  /** 0..1; 0 when `success` is false. */
  readonly confidence: number;
  readonly rawResult?: string;
  readonly confidenceSource?: string;
  readonly candidates?: readonly CandidateResult[];
  readonly reasoning?: string;
  readonly warnings?: readonly string[];
  readonly usage?: { readonly inputTokens: number; readonly outputTokens: number };
  readonly durationMs?: number;
  readonly error?: { readonly code: string; readonly detail: string };
}

export interface ClassifyDocumentResult {
  readonly schemaVersion: 1;
  readonly jobId: string;
  readonly classification: string;
  readonly confidence: number;
  readonly pages: readonly PageResult[];
  readonly document: {
    readonly type: DocumentType;
    readonly sha256: string;
    readonly sizeBytes: number;
    /** Pages in the whole document; `pages` may be only the first few. */
    readonly pageCount: number;
    readonly fileName?: string;
  };
  readonly classifier: { readonly name: string; readonly model: string };
  /** Present after a review: then `classification` and `confidence` are the person's. */
  readonly review?: ReviewFacts;
  readonly timings?: { readonly renderMs: number; readonly classifyMs: number; readonly totalMs: number };
}

/** Answer of the query `progress`. */
export interface JobProgress {
  readonly stage: 'storing' | 'rendering' | 'classifying' | 'waiting-for-review' | 'storing-result';
  readonly pagesDone: number;
  readonly pagesTotal: number;
}

export const progressQueryName = 'progress';

/** When a run waits for a person. */
export interface ReviewPolicy {
  /** 0..1: below this confidence it waits. */
  readonly belowConfidence: number;
  /** How long it waits before it keeps the classifier's answer. */
  readonly timeoutSeconds: number;
}

/** The review in the result of a run. */
export interface ReviewFacts {
  readonly reviewedAt: string;
  /** The person disagreed with the classifier. */
  readonly isEdited: boolean;
  /** The vote of the pages. */
  readonly initial: Pick<ClassifyDocumentResult, 'classification' | 'confidence'>;
}
