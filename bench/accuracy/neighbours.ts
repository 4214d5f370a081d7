import { createBuiltInClassifier } from '../../src/classifier/built-in/built-in-classifier.ts';
import type { ClassifiablePage, NeighbouringPage } from '../../src/classifier/page-classifier.ts';
import type { Category } from '../../src/domain/category.ts';
import { formatTable } from '../table.ts';
import type { ReadyDocument } from './judge.ts';
import { percent } from './report.ts';

interface TextPage {
  readonly label: string;
  readonly text: NeighbouringPage['text'];
  readonly page: ClassifiablePage;
}

/** A page as it stands in a file: which pages come before it. */
interface Placed {
  readonly page: TextPage;
  readonly before: readonly TextPage[];
}

const fewestLetters = 24;
/** How far apart in the corpus the documents of a bundle lie, so that they are seldom of one class. */
const strides = [13, 39, 65, 91];

/**
 * What the page before is worth to the built-in classifier, page by page: in documents, where all pages are of one
 * class, and in bundles, where the first page of one document is followed by two of another. Only text layers count, as
 * in a run.
 */
export async function describeNeighbours(
  documents: readonly ReadyDocument[],
  categories: readonly Category[],
): Promise<string[]> {
  const texts = (await Promise.all(documents.map(readTextPages))).filter((pages) => pages.length > 0);
  const bundles = texts.flatMap((own, index) =>
    strides.flatMap((stride) => {
      const other = texts[(index + stride) % texts.length];
      const [first] = own;
      return first && other && other[0]?.label !== first.label ? [{ first, other }] : [];
    }),
  );
  const situations: readonly (readonly [string, readonly Placed[]])[] = [
    ['later pages of documents', texts.flatMap((pages) => pages.flatMap((_, index) => place(pages, index)))],
    [
      'first page of the second document of a bundle',
      bundles.flatMap(({ first, other }) => place([first, ...other], 1)),
    ],
    ['its second page', bundles.flatMap(({ first, other }) => place([first, ...other], 2))],
  ];
  const rows = [['pages', 'number', 'right by themselves', 'right with the page before']];
  for (const [title, placed] of situations) {
    const [alone, together] = [await countRight(placed, categories, false), await countRight(placed, categories, true)];
    rows.push([title, `${placed.length}`, percent(alone, placed.length), percent(together, placed.length)]);
  }
  return formatTable(rows);
}

async function readTextPages({ label, pages }: ReadyDocument): Promise<TextPage[]> {
  const read = await Promise.all(pages.map(async (page) => ({ label, page, text: await page.text() })));
  return read.filter(({ text }) => (text.text.match(/\p{L}/gu)?.length ?? 0) >= fewestLetters);
}

function place(pages: readonly TextPage[], index: number): Placed[] {
  const page = pages[index];
  return page && index > 0 ? [{ page, before: pages.slice(0, index) }] : [];
}

async function countRight(
  placed: readonly Placed[],
  categories: readonly Category[],
  hasNeighbours: boolean,
): Promise<number> {
  const classifier = createBuiltInClassifier({ ocr: { recognise: async () => ({ text: '', spans: [] }) } });
  let right = 0;
  for (const { page, before } of placed) {
    const neighbours = before.map(({ text }, index) => ({ pageNumber: index + 1, text }));
    const { classification } = await classifier.classifyPage({
      page: {
        ...page.page,
        pageNumber: before.length + 1,
        neighbours: async () => (hasNeighbours ? neighbours : []),
      },
      categories,
      seed: '',
      signal: new AbortController().signal,
    });
    if (classification === page.label) right += 1;
  }
  return right;
}
