import type { ClassifiablePage, NeighbouringPage } from '../src/classifier/page-classifier.ts';
import { ClassifierError } from '../src/domain/errors.ts';
import type { PageReference, PageText, TextSpan } from '../src/domain/page.ts';
import { jobKeys } from '../src/records/keys.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';

interface PageOfJob {
  readonly tenant: string;
  readonly jobId: string;
  readonly page: PageReference;
  readonly pageCount: number;
}

/** A rendered page for a classifier, which reads text and image from the store on demand. */
export function classifiablePage({ tenant, jobId, page, pageCount }: PageOfJob, store: ObjectStore): ClassifiablePage {
  const { pageNumber, widthPx, heightPx, textKey, imageKey, sheet } = page;
  return {
    pageNumber,
    pageCount,
    ...(widthPx !== undefined && { widthPx }),
    ...(heightPx !== undefined && { heightPx }),
    text: async () => parsePageText(await loadObject(textKey, store)),
    image: async () => (hasNoImage(page) ? undefined : loadObject(imageKey, store)),
    ...(sheet && { sheet: { image: () => loadObject(sheet.imageKey, store), isWhole: sheet.isWhole } }),
    neighbours: async () => {
      const numbers = [...new Set([1, pageNumber - 1])].filter((number) => number >= 1 && number < pageNumber);
      const keys = jobKeys(tenant, jobId);
      const pages = await Promise.all(numbers.map((number) => neighbour(number, keys.page(number, 'json'), store)));
      return pages.flatMap((each) => each ?? []);
    },
  };
}

/** Throws `document_missing` where there is no such object. */
async function loadObject(key: string | undefined, store: ObjectStore): Promise<Uint8Array> {
  const object = key === undefined ? undefined : await store.get(key);
  if (!object) throw new ClassifierError('document_missing', 'The page is no longer in the store.');
  return object.bytes;
}

/**
 * Reads a neighbouring page's text. Absent if the page was not selected, could not be rendered or has no text: the
 * judged page does not depend on it.
 */
async function neighbour(pageNumber: number, key: string, store: ObjectStore): Promise<NeighbouringPage | undefined> {
  const object = await store.get(key);
  const page = object && readPageText(object.bytes);
  // For a scan this is the text of the file's own recognition: only a hint.
  const text = page && page.text.trim() === '' ? (page.behind ?? page) : page;
  return !text || text.text.trim() === '' ? undefined : { pageNumber, text };
}

/** A page of a text file was never drawn; any other page without an image has lost it. */
function hasNoImage({ imageKey, textKey }: PageReference): boolean {
  return imageKey === undefined && textKey !== undefined;
}

function parsePageText(bytes: Uint8Array): PageText {
  const text = readPageText(bytes);
  if (!text) throw new ClassifierError('document_missing', 'The text of the page cannot be read.');
  return text;
}

function readPageText(bytes: Uint8Array): PageText | undefined {
  const value = parseJson(Buffer.from(bytes).toString('utf8'));
  return isPageText(value) ? value : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isPageText(value: unknown): value is PageText {
  if (typeof value !== 'object' || value === null) return false;
  if (!('text' in value && typeof value.text === 'string')) return false;
  return 'spans' in value && Array.isArray(value.spans) && value.spans.every(isTextSpan);
}

function isTextSpan(value: unknown): value is TextSpan {
  return typeof value === 'object' && value !== null && 'text' in value && typeof value.text === 'string';
}
