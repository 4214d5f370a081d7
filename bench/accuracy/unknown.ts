import { createBuiltInClassifier } from '../../src/classifier/built-in/built-in-classifier.ts';
import type { OcrEngine } from '../../src/classifier/built-in/ocr-engine.ts';
import { unknownCategory, type Category } from '../../src/domain/category.ts';
import { combinePages } from '../../src/domain/classification.ts';
import type { PageResult } from '../../src/domain/contract.ts';
import type { ReadyDocument } from './judge.ts';
import { percent } from './report.ts';

/** How many documents fit none of the categories, and how sure an answer is that can only be wrong. */
export async function describeUnknown(
  documents: readonly ReadyDocument[],
  categories: readonly Category[],
  ocr: OcrEngine,
): Promise<string[]> {
  let present = 0;
  let absent = 0;
  let confidence = 0;
  for (const document of documents) {
    const others = categories.filter(({ name }) => name !== document.label);
    if ((await answer(document, categories, ocr, true))?.classification === unknownCategory) present++;
    if ((await answer(document, others, ocr, true))?.classification === unknownCategory) absent++;
    confidence += (await answer(document, others, ocr, false))?.confidence ?? 0;
  }
  return [
    `unknown, where their own category is left out: ${absent} (${percent(absent, documents.length)})`,
    `unknown, where it is there: ${present} (${percent(present, documents.length)})`,
    `mean confidence, where it is left out and there is no unknown: ${(confidence / documents.length).toFixed(2)}`,
  ];
}

async function answer(document: ReadyDocument, categories: readonly Category[], ocr: OcrEngine, mayBeUnknown: boolean) {
  const classifier = createBuiltInClassifier({ ocr });
  const pages: PageResult[] = [];
  for (const page of document.pages) {
    const signal = new AbortController().signal;
    const result = await classifier.classifyPage({ page, categories, mayBeUnknown, seed: document.file, signal });
    pages.push({ pageNumber: page.pageNumber, success: true, ...result });
  }
  return combinePages(pages, { categories });
}
