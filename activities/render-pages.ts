import { recordFileFacts } from '../src/records/files/files.ts';
import type { StoredDocument } from '../src/domain/contract.ts';
import { ClassifierError } from '../src/domain/errors.ts';
import type { RunIdentity } from '../src/domain/job.ts';
import type { PageReference } from '../src/domain/page.ts';
import type { PageSelection } from '../src/domain/page-selection.ts';
import type { DocumentRenderer, PageSheetImage, RenderedPage } from '../src/pdf/document-renderer.ts';
import type { FilePasswords } from '../src/records/files/file-passwords.ts';
import { keepJobId } from '../src/records/jobs/job-id.ts';
import { jobKeys, type JobKeys } from '../src/records/keys.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { assertOwnJob } from '../src/records/jobs/job-outcome.ts';
import type { Circuit } from '../src/waiting/circuit.ts';
import { withOwnObjects } from './own-objects.ts';
import { type Reading, runReadingStep } from './reading-step.ts';
import { waitingOf } from './run-step.ts';
import { withLocalFile } from './with-local-file.ts';

export interface RenderPagesInput {
  readonly tenant: string;
  readonly jobId: string;
  readonly document: StoredDocument;
  readonly selection: PageSelection;
  /** The uploaded file, if the document is one; the activity records its page count. */
  readonly fileId?: string;
  /** Present if the API did not start the run: its id may be that of a finished job. */
  readonly run?: RunIdentity;
  /** True if the run can wait for the operator; such a failure then ends the activity at once. */
  readonly canWait?: boolean;
}

export interface RenderPagesResult {
  /** Pages in the document. */
  readonly pageCount: number;
  /** The selected pages, in document order. */
  readonly pages: readonly PageReference[];
  readonly durationMs: number;
}

export interface RenderPagesDependencies {
  readonly store: ObjectStore;
  readonly renderer: DocumentRenderer;
  readonly passwords: FilePasswords;
  /** Folder for the document while it is rendered. */
  readonly tempDirectory: string;
  /** The operator's limit for one job. */
  readonly maxPages: number;
  readonly circuits: readonly Circuit[];
}

/** Opens the document once and stores each selected page's text, and its image if it has one. */
export function createRenderPages(dependencies: RenderPagesDependencies) {
  return async function renderPages(input: RenderPagesInput): Promise<RenderPagesResult> {
    return runReadingStep(
      { jobId: input.jobId },
      (signal, reading) =>
        withOwnObjects(dependencies.store, input, (store) =>
          render({ ...dependencies, store }, input, { signal, reading }),
        ),
      waitingOf(input, dependencies),
    );
  };
}

interface Attempt {
  readonly signal: AbortSignal;
  readonly reading: Reading;
}

async function render(
  dependencies: RenderPagesDependencies,
  input: RenderPagesInput,
  attempt: Attempt,
): Promise<RenderPagesResult> {
  const startedAt = Date.now();
  const { store, maxPages } = dependencies;
  const { tenant, jobId, selection, fileId } = input;
  if (input.run) await assertOwnJob(store, tenant, jobId, input.run);
  if (selection.maxPages > maxPages) throw tooManyPages(input, maxPages);
  await keepJobId(store, tenant, jobId);
  const { pageCount, pages } = await draw(dependencies, input, attempt);
  if (fileId !== undefined) {
    await recordFileFacts(store, tenant, fileId, (file) =>
      file.pageCount === pageCount ? undefined : { pageCount, readBy: jobId },
    );
  }
  return { pageCount, pages, durationMs: Date.now() - startedAt };
}

type Pages = Omit<RenderPagesResult, 'durationMs'>;

async function draw(
  { store, renderer, passwords, tempDirectory }: RenderPagesDependencies,
  { tenant, jobId, document, selection, fileId }: RenderPagesInput,
  { signal, reading }: Attempt,
): Promise<Pages> {
  const { type } = document;
  const keys = jobKeys(tenant, jobId);
  // The password goes straight from the store to the process that opens the document: no history and no log sees it.
  const password = fileId === undefined || type !== 'pdf' ? undefined : await passwords.read(tenant, fileId);
  return withLocalFile(document.key, { store, tempDirectory, signal }, async (path) => {
    const pages: PageReference[] = [];
    const facts = await reading(() =>
      renderer.render({ path, type, selection, password, signal }, async (page) => {
        pages.push(await storePage(page, keys, store, signal));
      }),
    );
    return { pageCount: facts.pageCount, pages };
  });
}

function toJson(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

async function storePage(
  page: RenderedPage,
  keys: JobKeys,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<PageReference> {
  const { pageNumber } = page;
  if ('error' in page) return { pageNumber, error: page.error };
  const textKey = keys.page(pageNumber, 'json');
  if (!('image' in page)) {
    await store.put(textKey, toJson(page.text), { contentType: 'application/json', signal });
    return { pageNumber, textKey, isBlank: page.isBlank };
  }
  const imageKey = keys.page(pageNumber, 'jpg');
  await Promise.all([
    store.put(imageKey, page.image, { contentType: 'image/jpeg', signal }),
    store.put(textKey, toJson(page.text), { contentType: 'application/json', signal }),
  ]);
  const { widthPx, heightPx, isBlank, warnings } = page;
  const sheet = page.sheet && (await storeSheet(page.sheet, keys.page(pageNumber, 'sheet.jpg'), store, signal));
  return { pageNumber, imageKey, textKey, widthPx, heightPx, isBlank, warnings, ...(sheet && { sheet }) };
}

async function storeSheet(
  { image, isWhole }: PageSheetImage,
  imageKey: string,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<PageReference['sheet']> {
  await store.put(imageKey, image, { contentType: 'image/jpeg', signal });
  return { imageKey, isWhole };
}

function tooManyPages({ run, selection }: RenderPagesInput, allowed: number): ClassifierError {
  const field = run ? 'pages.maxPages' : 'max_pages';
  return new ClassifierError('too_many_pages', `${field} must be at most ${allowed}; got ${selection.maxPages}`);
}
