import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { OcrEngine, OcrText } from '../../src/classifier/built-in/ocr-engine.ts';
import { ocrTextSchema } from '../../src/classifier/built-in/ocr-messages.ts';
import type { ClassifiablePage } from '../../src/classifier/page-classifier.ts';
import { sniffDocumentType } from '../../src/domain/document.ts';
import type { DocumentRenderer } from '../../src/pdf/document-renderer.ts';

/** A page on disk: what the renderer gave, kept so that the next run starts with the classifier. */
const preparedPage = z.object({
  pageNumber: z.number(),
  isBlank: z.boolean(),
  text: ocrTextSchema.extend({
    behind: ocrTextSchema.exactOptional(),
    lacks: z.enum(['print', 'letters']).exactOptional(),
  }),
  widthPx: z.number(),
  heightPx: z.number(),
});
type PreparedPage = z.infer<typeof preparedPage>;

const preparedDocument = z.object({ pageCount: z.number(), pages: z.array(preparedPage) });
export type PreparedDocument = z.infer<typeof preparedDocument>;

/** Pages that a run reads when nobody says otherwise. */
const maxPages = 4;

/** Renders a document once; later calls read the folder. */
export async function prepareDocument(
  renderer: DocumentRenderer,
  path: string,
  directory: string,
): Promise<PreparedDocument> {
  const indexPath = join(directory, 'document.json');
  const known = await readFile(indexPath, 'utf8').catch(() => undefined);
  if (known !== undefined) return preparedDocument.parse(JSON.parse(known));
  await mkdir(directory, { recursive: true });
  const type = sniffDocumentType(await readFile(path));
  if (type === undefined) throw new Error(`${path}: unknown type`);
  const pages: PreparedPage[] = [];
  const { pageCount } = await renderer.render(
    { path, type, selection: { ranges: [], maxPages }, signal: new AbortController().signal },
    async (page) => {
      if (!('image' in page)) return;
      const { pageNumber, isBlank, text, widthPx, heightPx } = page;
      await writeFile(join(directory, `${pageNumber}.jpg`), page.image);
      pages.push(preparedPage.parse({ pageNumber, isBlank, text, widthPx, heightPx }));
    },
  );
  const document: PreparedDocument = { pageCount, pages };
  await writeFile(indexPath, JSON.stringify(document));
  return document;
}

export function toClassifiablePage(
  page: PreparedPage,
  document: PreparedDocument,
  directory: string,
): ClassifiablePage {
  return {
    pageNumber: page.pageNumber,
    pageCount: document.pageCount,
    widthPx: page.widthPx,
    heightPx: page.heightPx,
    text: async () => page.text,
    image: async () => readFile(join(directory, `${page.pageNumber}.jpg`)),
    neighbours: async () =>
      document.pages
        .map((each) => ({ ...each, text: (each.text.text === '' && each.text.behind) || each.text }))
        .filter(
          ({ pageNumber, text }) =>
            pageNumber < page.pageNumber &&
            (pageNumber === 1 || pageNumber === page.pageNumber - 1) &&
            text.text.trim() !== '',
        ),
  };
}

/** Remembers what an engine read, by the image's hash and by the engine's code: other code may read otherwise. */
export async function rememberOcr(engine: OcrEngine, cache: string): Promise<OcrEngine> {
  const directory = join(
    cache,
    `ocr-${await hashFolder(new URL('../../src/classifier/built-in/ocr/', import.meta.url))}`,
  );
  return {
    async recognise(image, signal, places = {}): Promise<OcrText> {
      const hash = createHash('sha256').update(image).update(JSON.stringify(places)).digest('hex');
      const path = join(directory, `${hash}.json`);
      const known = await readFile(path, 'utf8').catch(() => undefined);
      if (known !== undefined) return ocrTextSchema.parse(JSON.parse(known));
      const text = await engine.recognise(image, signal, places);
      await mkdir(directory, { recursive: true });
      await writeFile(path, JSON.stringify(text));
      return text;
    },
  };
}

async function hashFolder(folder: URL): Promise<string> {
  const hash = createHash('sha256');
  for (const name of (await readdir(folder)).toSorted())
    hash.update(name).update(await readFile(new URL(name, folder)));
  return hash.digest('hex').slice(0, 12);
}
