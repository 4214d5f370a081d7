import {
  CancellationScope,
  isCancellation,
  patched,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { combinePages } from '../src/domain/classification.ts';
import type {
  ClassifyDocumentInput,
  ClassifyDocumentResult,
  JobProgress,
  StoredDocument,
} from '../src/domain/contract.ts';
import type { JobError, StoredOutcome } from '../src/domain/job.ts';
import type { EndEvent } from '../src/domain/webhook-event.ts';
import { parseWorkflowInput, type ParsedInput } from '../src/domain/workflow-input.ts';
import { receiveReview } from './await-review.ts';
import { fetchDocument, renderPages, storeDocument } from './activity-proxies.ts';
import { classifyPages, whyNoPage, type ClassifiedPages } from './classify-pages.ts';
import { describeFailure, jobFailure } from './failures.ts';
import { progressQuery } from './messages.ts';
import { labelClassification, labelFailure, labelRun } from './search-attributes.ts';
import { tellOfEnd } from './start-webhook.ts';
import { storeOutcome } from './store-outcome.ts';

/**
 * Classifies one document: stores it, renders its pages, judges each page, lets the pages vote and stores the result.
 * The workflow id is the job id. One JSON object in (`ClassifyDocumentInput`), one out (`ClassifyDocumentResult`); a
 * failure is an `ApplicationFailure` whose `type` is a code of `domain/errors.ts` and whose message is the sentence for the reader.
 */
export async function classifyDocument(input: ClassifyDocumentInput): Promise<ClassifyDocumentResult> {
  const { workflowId: jobId, startTime } = workflowInfo();
  let progress: JobProgress = { stage: 'storing', pagesDone: 0, pagesTotal: 0 };
  setHandler(progressQuery, () => progress);
  const report = (next: JobProgress): void => {
    progress = next;
    setCurrentDetails(describeProgress(next));
  };

  const parsed = parseOrFail(input);
  const outcome = { schemaVersion: 1, jobId, createdAt: startTime.toISOString() } as const;
  labelRun(parsed.tenant, parsed.fileName);
  const awaitReview = receiveReview(parsed);
  try {
    const voted = await run(parsed, jobId, report);
    labelClassification(voted);
    const result = await awaitReview(voted, report);
    if (result !== voted) labelClassification(result);
    report({ stage: 'storing-result', pagesDone: result.pages.length, pagesTotal: result.pages.length });
    const event = await storeOutcome(parsed, { ...outcome, finishedAt: currentTime(), result });
    await tellOfEnd(parsed, jobId, event);
    return result;
  } catch (error) {
    const event = await recordFailure(parsed, {
      ...outcome,
      finishedAt: currentTime(),
      error: describeFailure(error),
    });
    await tellOfEnd(parsed, jobId, event);
    if (isCancellation(error)) throw error;
    throw jobFailure(describeFailure(error), error instanceof Error ? error : undefined);
  }
}

function currentTime(): string {
  return new Date().toISOString();
}

function parseOrFail(input: ClassifyDocumentInput): ParsedInput {
  try {
    return parseWorkflowInput(input);
  } catch (error) {
    const failure = describeFailure(error);
    labelFailure(failure.code);
    throw jobFailure(failure);
  }
}

async function run(
  input: ParsedInput,
  jobId: string,
  report: (progress: JobProgress) => void,
): Promise<ClassifyDocumentResult> {
  if (input.refusal) throw jobFailure(input.refusal);
  const startedAt = Date.now();
  const document = await ensureStored(input, jobId);
  report({ stage: 'rendering', pagesDone: 0, pagesTotal: 0 });
  const { tenant, selection, fileId } = input;
  const rendered = await renderPages.executeWithOptions({ summary: 'Render the pages' }, [
    { tenant, jobId, document, selection, ...(fileId !== undefined && { fileId }) },
  ]);
  const classifyStartedAt = Date.now();
  const classified = await classifyPages(input, jobId, rendered, (pagesDone) =>
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

/** What came through the API is in the store already, and costs no activity. */
async function ensureStored({ source, tenant, fileId }: ParsedInput, jobId: string): Promise<StoredDocument> {
  if (source.kind === 'stored' && source.document) return source.document;
  const store = source.kind === 'url' && patched('fetch-queue') ? fetchDocument : storeDocument;
  return store.executeWithOptions({ summary: `Store the document (${source.kind})` }, [
    { tenant, jobId, source, ...(fileId !== undefined && { fileId }) },
  ]);
}

function voteOrFail(
  classified: ClassifiedPages,
  { categories, catchAll }: ParsedInput,
): Pick<ClassifyDocumentResult, 'classification' | 'confidence' | 'classifier'> {
  const vote = combinePages(classified.pages, { categories, catchAll });
  if (!vote || !classified.classifier) throw jobFailure(whyNoPage(classified.pages));
  return { ...vote, classifier: classified.classifier };
}

/** Also when the run was cancelled: the store remembers what became of every job. */
function recordFailure(
  input: ParsedInput,
  outcome: StoredOutcome & { readonly error: JobError },
): Promise<EndEvent | undefined> {
  return CancellationScope.nonCancellable(async () => {
    labelFailure(outcome.error.code);
    return storeOutcome(input, outcome);
  });
}

function describeProgress({ stage, pagesDone, pagesTotal }: JobProgress): string {
  return stage === 'classifying' ? `Classified ${pagesDone} of ${pagesTotal} pages` : stage.replaceAll('-', ' ');
}
