import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  log,
  patched,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { StoredEnd } from '../activities/end-event.ts';
import type { StoreDocumentInput } from '../activities/store-document.ts';
import { combinePages } from '../src/domain/classification.ts';
import type {
  ClassifyDocumentInput,
  ClassifyDocumentResult,
  JobProgress,
  StoredDocument,
} from '../src/domain/contract.ts';
import type { JobError, StoredOutcome } from '../src/domain/job.ts';
import { patienceLimits } from '../src/domain/waiting.ts';
import { parseEnds, type ParsedInput, type RunEnds } from '../src/domain/workflow-input.ts';
import { receiveReview } from './await-review.ts';
import { fetchDocument, renderPages, storeDocument } from './activity-proxies.ts';
import { checkInput, isStartedByApi, ownIdentity } from './checked-input.ts';
import { classifyPages, failureOfAllPages, type ClassifiedPages } from './classify-pages.ts';
import { describeFailure, jobFailure } from './failures.ts';
import { progressQuery } from './messages.ts';
import { createPatience, type Patience } from './patience.ts';
import { labelClassification, labelFailure, labelRun } from './search-attributes.ts';
import { notifyRunEnd } from './start-webhook.ts';
import { storeOutcome } from './store-outcome.ts';

/**
 * Classifies one document: stores it, renders its pages, judges each page, lets the pages vote and stores the result.
 * The workflow id is the job id. It takes one JSON object (`ClassifyDocumentInput`) and returns one
 * (`ClassifyDocumentResult`). It fails with an `ApplicationFailure` whose `type` is a code of `domain/errors.ts` and
 * whose message is a sentence for the caller.
 */
export async function classifyDocument(input: ClassifyDocumentInput): Promise<ClassifyDocumentResult> {
  const { workflowId: jobId } = workflowInfo();
  let progress: JobProgress = { stage: 'storing', pagesDone: 0, pagesTotal: 0 };
  setHandler(progressQuery, () => progress);
  const report = (next: JobProgress): void => {
    progress = next;
    setCurrentDetails(describeProgress(next));
  };

  const outcome = { schemaVersion: 1, jobId, ...ownIdentity() } as const;
  const { parsed, failure } = checkInput(input);
  if (failure) return refuse(input, { ...outcome, finishedAt: currentTime(), error: failure });
  labelRun(parsed.tenant, parsed.fileName);
  const patience = createPatience({
    seconds: parsed.patienceSeconds,
    onOver: () => setCurrentDetails(describeProgress(progress)),
  });
  const awaitReview = receiveReview(parsed);
  try {
    const voted = await run(parsed, jobId, patience, report);
    labelClassification(voted);
    const result = await awaitReview(voted, report);
    if (result !== voted) labelClassification(result);
    report({ stage: 'storing-result', pagesDone: result.pages.length, pagesTotal: result.pages.length });
    patience.beginEnd(endPatienceSeconds(parsed));
    const end = await storeOutcome(parsed, { ...outcome, finishedAt: currentTime(), result }, patience);
    setCurrentDetails(`${result.classification} (confidence ${Number(result.confidence.toFixed(3))})`);
    await notifyRunEnd(parsed, jobId, end);
    return result;
  } catch (error) {
    patience.beginEnd(endPatienceSeconds(parsed));
    const failed = { ...outcome, finishedAt: currentTime(), error: describeFailure(error) };
    const end = await recordFailure(parsed, failed, patience);
    await notifyRunEnd(parsed, jobId, end);
    if (isCancellation(error)) throw error;
    throw jobFailure(describeFailure(error), error instanceof Error ? error : undefined);
  }
}

/** The store gets a day to come back, even if the caller is in a hurry: the answer was paid for. */
function endPatienceSeconds({ patienceSeconds }: ParsedInput): number {
  return Math.max(patienceSeconds, patienceLimits.defaultSeconds);
}

function currentTime(): string {
  return new Date().toISOString();
}

type FailedOutcome = StoredOutcome & { readonly error: JobError };

/**
 * Ends a run with a bad input. Stores and notifies as far as the input names the tenant and the receivers: somebody
 * waits for this run too.
 */
async function refuse(input: unknown, outcome: FailedOutcome): Promise<never> {
  const ends = parseEnds(input);
  // Runs of earlier versions told only their parent.
  if (ends && patched('outcome-of-refused-input')) {
    labelRun(ends.tenant, undefined);
    const patience = createPatience({
      seconds: patienceLimits.defaultSeconds,
      onOver: () => setCurrentDetails(outcome.error.detail),
    });
    await notifyRunEnd(ends, outcome.jobId, await recordFailure(ends, outcome, patience));
  } else {
    labelFailure(outcome.error.code);
    setCurrentDetails(outcome.error.detail);
  }
  throw jobFailure(outcome.error);
}

async function run(
  input: ParsedInput,
  jobId: string,
  patience: Patience,
  report: (progress: JobProgress) => void,
): Promise<ClassifyDocumentResult> {
  if (input.refusal) throw jobFailure(input.refusal);
  const startedAt = Date.now();
  const document = await ensureStored(input, jobId, patience);
  report({ stage: 'rendering', pagesDone: 0, pagesTotal: 0 });
  const { tenant, selection, fileId } = input;
  const rendered = await patience.outlast(() =>
    renderPages.executeWithOptions({ summary: 'Render the pages' }, [
      { tenant, jobId, document, selection, ...(fileId !== undefined && { fileId }), ...foreignRun(), canWait: true },
    ]),
  );
  const classifyStartedAt = Date.now();
  const classified = await classifyPages({ input, jobId, rendered, patience }, (pagesDone) =>
    report({ stage: 'classifying', pagesDone, pagesTotal: rendered.pages.length }),
  );
  const now = Date.now();
  const { type, sha256, sizeBytes } = document;
  return {
    schemaVersion: 1,
    jobId,
    ...voteOrFail(classified, input),
    pages: classified.pages,
    document: {
      type,
      sha256,
      sizeBytes,
      pageCount: rendered.pageCount,
      ...(input.fileName !== undefined && { fileName: input.fileName }),
    },
    timings: { renderMs: rendered.durationMs, classifyMs: now - classifyStartedAt, totalMs: now - startedAt },
  };
}

/** The API has stored its documents already, so they need no activity. */
async function ensureStored(
  { source, tenant, fileId }: ParsedInput,
  jobId: string,
  patience: Patience,
): Promise<StoredDocument> {
  if (source.kind === 'stored' && source.document) return source.document;
  const store = source.kind === 'url' && patched('fetch-queue') ? fetchDocument : storeDocument;
  return patience.outlast(() =>
    store.executeWithOptions({ summary: `Store the document (${source.kind})` }, [
      { tenant, jobId, source, ...(fileId !== undefined && { fileId }), ...foreignRun(), canWait: true },
    ]),
  );
}

/**
 * Tells the first activities that write which run this is: a run that the API did not start may have the id of a
 * finished job.
 */
function foreignRun(): Pick<StoreDocumentInput, 'run'> {
  return isStartedByApi() ? {} : { run: ownIdentity() };
}

function voteOrFail(
  classified: ClassifiedPages,
  { categories, catchAll }: ParsedInput,
): Pick<ClassifyDocumentResult, 'classification' | 'confidence' | 'classifier'> {
  const vote = combinePages(classified.pages, { categories, catchAll });
  if (!vote || !classified.classifier) throw jobFailure(failureOfAllPages(classified.pages));
  return { ...vote, classifier: classified.classifier };
}

/** Runs for a cancelled run too: the store keeps the outcome of every job. */
function recordFailure(ends: RunEnds, outcome: FailedOutcome, patience: Patience): Promise<StoredEnd> {
  return CancellationScope.nonCancellable(async () => {
    labelFailure(outcome.error.code);
    try {
      return await storeOutcome(ends, outcome, patience);
    } catch (error) {
      if (!(error instanceof ActivityFailure || error instanceof ApplicationFailure)) throw error;
      // The run reports why it failed, rather than that the failure could not be stored.
      log.error('the outcome could not be stored', { code: describeFailure(error).code });
      return {};
    } finally {
      setCurrentDetails(outcome.error.detail);
    }
  });
}

function describeProgress({ stage, pagesDone, pagesTotal }: JobProgress): string {
  return stage === 'classifying' ? `Classified ${pagesDone} of ${pagesTotal} pages` : stage.replaceAll('-', ' ');
}
