import { ApplicationFailure } from '@temporalio/common';
import type { StoredEnd } from '../../activities/end-event.ts';
import type { StoreResultInput } from '../../activities/store-result.ts';
import type { ClassifyBatchInput } from '../../src/domain/batch.ts';
import type { ClassifyDocumentInput } from '../../src/domain/contract.ts';
import type { DeleteExpiredJobsInput } from '../../src/domain/retention.ts';
import { noProgress, type OperateOnJobsInput } from '../../src/domain/job-operation.ts';
import type { ReviewAnswer } from '../../src/domain/review.ts';
import { answer, rendered, storedDocument, stubCategories, type Stubs } from '../support/workflow-runner.ts';

export interface RecordedRun {
  readonly name: string;
  readonly stubs: Partial<Stubs>;
  readonly input?: Partial<ClassifyDocumentInput>;
  /** Cancels the run once a page is being judged. */
  readonly isCancelled?: boolean;
  /** What a person says once the run waits for them. */
  readonly review?: ReviewAnswer;
  /** A batch instead of a job: its first execution is recorded. */
  readonly batch?: Partial<ClassifyBatchInput>;
  /** A bulk rerun instead of a job: its first execution is recorded. */
  readonly rerun?: Partial<OperateOnJobsInput>;
  /** Records the run that delivers the webhook instead of the one of the job. */
  readonly isOfWebhook?: boolean;
  /** Records a sweep instead of a job. */
  readonly sweep?: DeleteExpiredJobsInput;
}

const unsure: Partial<Stubs> = { classifyPage: async (page) => answer(page, 'invoice', 0.6) };
const refusal = { code: 'not_found', detail: 'There is no file "file_x".' };
const misspelt: Partial<ClassifyDocumentInput> & { readonly instrutions: string } = {
  instrutions: 'Reminders are letters.',
};
const webhook = { requestKey: 'tenants/default/jobs/x/request.json' };

/** The ways a run can go. Each has a recorded history beside this file, which every later version must replay. */
export const recordedRuns: readonly RecordedRun[] = [
  { name: 'completed', stubs: {} },
  { name: 'twelve-pages', stubs: { renderPages: async () => rendered(12) } },
  {
    name: 'document-from-a-url',
    stubs: { storeDocument: async () => storedDocument },
    input: { source: { kind: 'url', url: 'https://files.example/a.pdf' }, fileName: 'a.pdf' },
  },
  {
    name: 'page-failed-after-retries',
    stubs: {
      async classifyPage(input) {
        if (input.page.pageNumber === 2) {
          throw ApplicationFailure.create({ type: 'model_refused', message: 'Refused.', nonRetryable: true });
        }
        return answer(input);
      },
    },
  },
  {
    name: 'document-encrypted',
    stubs: {
      renderPages: async () => {
        throw ApplicationFailure.nonRetryable('This PDF is protected by a password.', 'document_encrypted');
      },
    },
  },
  { name: 'instructions-in-the-input', stubs: {}, input: { instructions: 'Reminders are letters.' } },
  {
    name: 'instructions-by-their-key',
    stubs: {},
    input: { instructionsKey: 'tenants/default/jobs/x/request.json' },
  },
  {
    name: 'file-of-a-run-with-a-catch-all',
    stubs: { storeDocument: async () => storedDocument },
    input: {
      source: { kind: 'url', urlKey: 'tenants/default/jobs/x/request.json' },
      fileId: 'file_019a',
      catchAll: 'letter',
    },
  },
  { name: 'all-pages-blank', stubs: { renderPages: async () => rendered(2, { isBlank: true }) } },
  { name: 'input-refused', stubs: {}, input: { categories: [] } },
  { name: 'cancelled-while-judging', stubs: {}, isCancelled: true },
  { name: 'completed-with-a-webhook', stubs: {}, input: { webhook } },
  { name: 'cancelled-with-a-webhook', stubs: {}, input: { webhook }, isCancelled: true },
  { name: 'webhook-delivered', stubs: {}, input: { webhook }, isOfWebhook: true },
  {
    name: 'webhook-delivered-at-the-third-attempt',
    stubs: { deliverWebhook: failsTwice() },
    input: { webhook },
    isOfWebhook: true,
  },
  { name: 'sweep-in-steps', stubs: sweepsInSteps(), sweep: { jobDays: 90, uploadDays: 7 } },
  { name: 'sweep-of-uploads', stubs: {}, sweep: { uploadDays: 7 } },
  {
    name: 'reviewed',
    stubs: unsure,
    input: { review: { belowConfidence: 0.8 } },
    review: { classification: 'letter' },
  },
  { name: 'review-timed-out', stubs: unsure, input: { review: { belowConfidence: 0.8, timeoutSeconds: 0.1 } } },
  { name: 'refused', stubs: {}, input: { refusal } },
  { name: 'batch-processed', stubs: { prepareRuns: oneOfThreeIsRefused }, batch: { runCount: 3, concurrency: 2 } },
  { name: 'batch-continued-as-new', stubs: {}, batch: { runCount: 5, concurrency: 2, runsPerExecution: 3 } },
  { name: 'batch-cancelled', stubs: {}, batch: { runCount: 3, concurrency: 2 }, isCancelled: true },
  {
    name: 'batch-without-inputs',
    stubs: {
      prepareRuns: async () => {
        throw ApplicationFailure.nonRetryable('The inputs are gone.', 'document_missing');
      },
    },
    batch: {},
  },
  { name: 'completed-with-events', stubs: { storeResult: wantedByTwo }, input: { events: { classifierId: 'cl_1' } } },
  {
    name: 'failed-with-events',
    stubs: { storeResult: wantedByTwo, renderPages: async () => rendered(1, { isBlank: true }) },
    input: { webhook, events: {} },
  },
  { name: 'input-refused-and-told', stubs: {}, input: { categories: [], webhook } },
  { name: 'misspelt-field-refused', stubs: {}, input: misspelt },
  { name: 'stored-at-once', stubs: {} },
  { name: 'failure-stored-at-once', stubs: { renderPages: async () => rendered(2, { isBlank: true }) } },
  { name: 'stored-at-once-when-cancelled', stubs: {}, isCancelled: true },
  { name: 'fetched-on-its-queue', stubs: {}, input: { source: { kind: 'url', url: 'https://files.example/a.pdf' } } },
  { name: 'webhook-on-its-queue', stubs: {}, input: { webhook }, isOfWebhook: true },
  { name: 'delivery-logged-apart', stubs: { deliverWebhook: isNotLogged }, input: { webhook }, isOfWebhook: true },
  { name: 'waited-for-the-model', stubs: { classifyPage: isRefusedAtFirst() } },
  { name: 'patience-ended', stubs: { classifyPage: isRefusedAtFirst() }, input: { patienceSeconds: 0 } },
  { name: 'stored-after-an-outage', stubs: { storeResult: isAwayAtFirst(async () => ({})) } },
  { name: 'waited-without-a-label', stubs: { classifyPage: isRefusedAtFirst({ isUnlabelled: true }) } },
  {
    name: 'webhook-waited-for-the-store',
    stubs: { deliverWebhook: isAwayAtFirst(async () => ({ outcome: 'delivered' })) },
    input: { webhook },
    isOfWebhook: true,
  },
  {
    name: 'batch-waited-for-the-store',
    stubs: { storeBatchResult: isAwayAtFirst(async () => ({})) },
    batch: { runCount: 1 },
  },
  { name: 'stored-at-the-second-attempt', stubs: { storeResult: failsOnce() } },
  {
    name: 'batch-with-events',
    stubs: { storeBatchResult: async () => ({ event: batchEvent }) },
    batch: { runCount: 1, template: { categories: stubCategories, events: { classifierId: 'cl_1' } } },
  },
  { name: 'rerun-in-pages', stubs: { operateOnPage: inThreePages(true) }, rerun: {} },
  { name: 'rerun-continued-as-new', stubs: { operateOnPage: inThreePages(false) }, rerun: { stepsPerExecution: 2 } },
  { name: 'rerun-cancelled', stubs: {}, rerun: {}, isCancelled: true },
  { name: 'deletion-in-pages', stubs: { operateOnPage: inThreePages(false) }, rerun: { kind: 'deletion' } },
];

/** The second page waits once for jobs that are under way. */
function inThreePages(waits: boolean): Stubs['operateOnPage'] {
  let calls = 0;
  return async ({ pageToken }) => {
    calls += 1;
    if (waits && calls === 2) return { ...noProgress, mustWait: true, pageToken: 'cGFnZQ==' };
    const errors = [{ code: 'document_missing', count: 1, jobId: 'a job' }];
    const page = { counts: { done: 2, skipped: 1, failed: 1 }, errors };
    return pageToken === undefined || calls < 3 ? { ...page, pageToken: `cGFnZQ==${calls}` } : page;
  };
}

const batchEvent = { eventType: 'batch_processor_run.processed', endpointIds: ['wh_1', 'wh_2'] } as const;

/** What is tried within the workflow task fails, and an ordinary activity does it. */
function failsOnce(): Stubs['storeResult'] {
  let attempts = 0;
  return async () => {
    if (++attempts === 1) throw ApplicationFailure.retryable('The store is away.', 'storage_unavailable');
    return {};
  };
}

/** The store is away for two attempts, of which the first may be the one within the workflow task. */
function isAwayAtFirst<Input, Result>(activity: (input: Input) => Promise<Result>): (input: Input) => Promise<Result> {
  let attempts = 0;
  return async (input) => {
    if (++attempts > 2) return activity(input);
    const since = '2026-11-28T12:03:45.678Z';
    const waiting = { code: 'storage_unavailable', detail: 'The store is away.', waitsFor: 'store', since };
    throw ApplicationFailure.nonRetryable(waiting.detail, waiting.code, waiting);
  };
}

/** The key is refused at first: the run waits, asks by one page, then by the others. */
function isRefusedAtFirst(more: { readonly isUnlabelled?: true } = {}): Stubs['classifyPage'] {
  let asked = 0;
  const waiting = {
    code: 'model_auth',
    detail: 'Check OPENAI_API_KEY.',
    waitsFor: 'model',
    since: '2026-11-28T12:03:45.678Z',
    ...more,
  };
  return async (page) => {
    asked += 1;
    if (asked > 2) return answer(page);
    throw ApplicationFailure.nonRetryable(waiting.detail, waiting.code, waiting);
  };
}

function sweepsInSteps(): Partial<Stubs> {
  let pages = 0;
  let stretches = 0;
  return {
    deleteExpiredExecutions: async () => (++pages < 2 ? { deleted: 2, pageToken: 'cGFnZQ==' } : { deleted: 1 }),
    deleteExpiredObjects: async () =>
      ++stretches < 2
        ? { storedJobs: 1, abandonedUploads: 0, after: 'tenants/default/jobs/1/source' }
        : { storedJobs: 0, abandonedUploads: 1 },
  };
}

async function oneOfThreeIsRefused(): ReturnType<Stubs['prepareRuns']> {
  const source = { kind: 'stored', key: storedDocument.key, document: storedDocument } as const;
  return { runs: [{ source }, { source, refusal }, { source, fileName: 'a.pdf' }] };
}

async function wantedByTwo({ outcome: { error } }: StoreResultInput): Promise<StoredEnd> {
  const eventType = error ? 'classify_run.failed' : 'classify_run.processed';
  return { event: { eventType, endpointIds: ['wh_1', 'wh_2'] } };
}

/** The receiver answered, and the store was away when that was to be logged. */
async function isNotLogged(): ReturnType<Stubs['deliverWebhook']> {
  const unlogged = { at: '2026-11-28T12:03:45.678Z', status: 204, ok: true, error: null, durationMs: 12 };
  return { outcome: 'delivered', unlogged };
}

function failsTwice(): Stubs['deliverWebhook'] {
  let attempts = 0;
  return async () => (++attempts < 3 ? { outcome: 'failed', nextAttemptMs: 10 } : { outcome: 'delivered' });
}
