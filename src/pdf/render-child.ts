/**
 * The process that reads hostile documents. It is given a file, draws or reads its pages, and may be killed at any
 * time.
 */
import { createReadStream } from 'node:fs';
import { ClassifierError } from '../domain/errors.ts';
import type { DrawableType } from '../domain/document.ts';
import { selectPages } from '../domain/page-selection.ts';
import { type Emit, serveJobs } from '../process-pool/child-host.ts';
import { openDocument } from './open-document.ts';
import type { RenderEvent, RenderJob, RenderResult } from './render-messages.ts';
import { renderPage } from './render-page.ts';
import { readTextDocument } from './text-document.ts';

serveJobs<RenderJob, RenderEvent, RenderResult>(async (job, emit) => {
  try {
    if (job.type === 'text') await readText(job, emit);
    else await renderDocument(job, job.type, emit);
    return {};
  } catch (error) {
    if (!(error instanceof ClassifierError)) throw error;
    return { refusal: { code: error.code, detail: error.detail } };
  }
});

async function renderDocument(job: RenderJob, type: DrawableType, emit: Emit<RenderEvent>): Promise<void> {
  await using document = await openDocument({ ...job, type });
  const pageNumbers = job.pageNumbers ?? selectPages(job.selection, document.pageCount);
  await emit({ kind: 'opened', pageCount: document.pageCount, pageNumbers: [...pageNumbers] });
  for (const pageNumber of pageNumbers) await emit(await renderPage(document, pageNumber, job.settings));
}

/** Nothing of a text is drawn: its pages have words alone. */
async function readText({ path, selection, settings }: RenderJob, emit: Emit<RenderEvent>): Promise<void> {
  const { pageCount, pages } = await readTextDocument(createReadStream(path), selection, settings);
  await emit({ kind: 'opened', pageCount, pageNumbers: pages.map(({ pageNumber }) => pageNumber) });
  for (const { pageNumber, text } of pages) {
    await emit({ kind: 'text-page', pageNumber, text: { text, spans: [] }, isBlank: text.trim() === '' });
  }
}
