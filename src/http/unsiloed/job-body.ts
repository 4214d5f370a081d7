import type { ClassifyDocumentResult, JobProgress, PageResult } from '../../domain/contract.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import type { Job } from '../../domain/job.ts';
import type { Waiting } from '../../domain/waiting.ts';
import type { ImageResult, JobBody, PageBody, PdfResult } from './schemas.ts';

const startingProgress = 'Starting classification...';

/** A job in Unsiloed's words: always the same five keys, in this order, whatever its status. */
export function toJobBody(job: Job): JobBody {
  const { jobId: job_id, status } = job;
  switch (job.status) {
    case 'queued':
      return { job_id, status, progress: startingProgress, error: null, result: null };
    case 'processing': {
      const progress = job.waiting ? waitingSentence(job.waiting) : progressSentence(job.progress);
      return { job_id, status, progress, error: null, result: null };
    }
    case 'completed':
      return { job_id, status, progress: 'Classification completed', error: null, result: toResultBody(job.result) };
    case 'failed':
      return { job_id, status, progress: 'Classification failed', error: job.error.detail, result: null };
  }
}

/** For the caller, who has no setting to change: the operator reads more in `/readyz`. */
const reasons: Partial<Record<ErrorCode, string>> = {
  model_auth: 'the key was refused',
  model_misconfigured: 'it is set up wrongly',
  model_quota: 'its account is used up',
  model_rate_limited: "its provider's limit is reached",
  model_unavailable: 'it cannot be reached',
  storage_unavailable: 'it cannot be reached',
  worker_unfit: 'its machine is not fit to work',
};

/** `Waiting for the model (since 2026-11-28 12:03 UTC): the key was refused`. */
function waitingSentence({ waitsFor, since, code }: Waiting): string {
  const when = since.slice(0, 16).replace('T', ' ');
  return `Waiting for the ${waitsFor} (since ${when} UTC): ${reasons[code] ?? 'it cannot be used'}`;
}

/**
 * "Processing page X of Y" while pages are judged, as Unsiloed says it; X is the current page, so it never exceeds Y.
 */
function progressSentence(progress: JobProgress | undefined): string {
  if (!progress || progress.pagesTotal === 0) return startingProgress;
  return `Processing page ${Math.min(progress.pagesDone + 1, progress.pagesTotal)} of ${progress.pagesTotal}`;
}

/**
 * Unsiloed has a form of its own for images. A TIFF of several pages is a document with pages, and so is a text of
 * another contract.
 */
function toResultBody({
  classification,
  confidence,
  pages,
  document,
}: ClassifyDocumentResult): PdfResult | ImageResult {
  const [page] = pages;
  const isImage = document.type !== 'pdf' && document.type !== 'text';
  if (isImage && document.pageCount === 1 && page) {
    const raw_result = page.rawResult ?? classification;
    return { success: true, classification, confidence, raw_result, total_pages: 1, processed_pages: 1 };
  }
  return {
    success: true,
    classification,
    confidence,
    page_results: pages.map((result) => toPageBody(result)),
    total_pages: pages.length,
    processed_pages: pages.length,
  };
}

function toPageBody({ pageNumber: page, success, confidence, classification, rawResult, error }: PageResult): PageBody {
  if (!success) {
    const sentence = error?.detail ?? 'This page could not be classified.';
    return { page, success: false, error: sentence, confidence, classification };
  }
  return { page, success: true, confidence, raw_result: rawResult ?? classification, classification };
}
