import { createReadStream } from 'node:fs';
import { ClassifierError } from '../domain/errors.ts';
import type { DrawableType } from '../domain/document.ts';
import { selectPages } from '../domain/page-selection.ts';
import { type Emit, serveJobs } from '../process-pool/child-host.ts';
import type { RenderEvent, RenderJob, RenderResult } from './render-messages.ts';
import { renderPage } from './render-page.ts';
import { readTextDocument } from './text-document.ts';
import { openBitmap } from './bitmap-document.ts';
import { openImage } from './image-document.ts';
import { openPdf } from './pdf-document.ts';
import type { OpenDocument } from './opened-document.ts';

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

/** Opens a document. Throws ClassifierError `document_encrypted`, `document_corrupt` or `document_empty`. */
function openDocument({
  path,
  type,
  settings,
  password,
}: Pick<RenderJob, 'path' | 'settings' | 'password'> & { readonly type: DrawableType }): Promise<OpenDocument> {
  if (type === 'pdf') return openPdf(path, settings, password);
  if (type === 'bmp') return openBitmap(path, settings);
  return openImage(path, type, settings);
}
