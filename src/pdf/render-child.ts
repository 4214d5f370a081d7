/** The process that reads hostile documents. It is given a file, draws its pages, and may be killed at any time. */
import { ClassifierError } from '../domain/errors.ts';
import { selectPages } from '../domain/page-selection.ts';
import { type Emit, serveJobs } from '../process-pool/child-host.ts';
import { openDocument } from './open-document.ts';
import type { RenderEvent, RenderJob, RenderResult } from './render-messages.ts';
import { renderPage } from './render-page.ts';

serveJobs<RenderJob, RenderEvent, RenderResult>(async (job, emit) => {
  try {
    await renderDocument(job, emit);
    return {};
  } catch (error) {
    if (!(error instanceof ClassifierError)) throw error;
    return { refusal: { code: error.code, detail: error.detail } };
  }
});

async function renderDocument(job: RenderJob, emit: Emit<RenderEvent>): Promise<void> {
  await using document = await openDocument(job);
  const pageNumbers = job.pageNumbers ?? selectPages(job.selection, document.pageCount);
  await emit({ kind: 'opened', pageCount: document.pageCount, pageNumbers: [...pageNumbers] });
  for (const pageNumber of pageNumbers) await emit(await renderPage(document, pageNumber, job.settings));
}
