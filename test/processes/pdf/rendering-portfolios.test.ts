import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createOcrPool } from '../../../src/classifier/built-in/ocr-pool.ts';
import { createDocumentRenderer, type RenderPool } from '../../../src/pdf/render-pool.ts';
import { buildPdf, textLines } from '../../support/pdf-builder.ts';
import { fixture, renderBytes, renderFile } from '../../support/rendering.ts';

const logger = pino({ level: 'silent' });
const { signal } = new AbortController();
let renderer: RenderPool;
let ocr: ReturnType<typeof createOcrPool>;

beforeAll(() => {
  renderer = createDocumentRenderer({ logger, processes: 1 });
  ocr = createOcrPool({ logger, processes: 1 });
});

afterAll(async () => {
  await renderer[Symbol.asyncDispose]();
  await ocr[Symbol.asyncDispose]();
});

describe('a portfolio', () => {
  test('has the pages of the documents that it holds, not its own', async () => {
    const { facts, pages } = await renderFile(renderer, fixture('p02-portfolio.pdf'), 'pdf');

    expect(facts.pageCount).toBe(1);
    const [page] = pages;
    if (!page || !('image' in page)) throw new Error('no page');
    expect((await ocr.recognise(page.image, signal)).text).toContain('INVOICE');
  });

  const holding = (files: readonly (readonly [string, Uint8Array])[]): Uint8Array =>
    buildPdf({
      content: textLines(['For the best experience, open this portfolio in another viewer']),
      catalog: `/Collection << /View /D >> /Names << /EmbeddedFiles << /Names [${files
        .map(([name], index) => `(${name}) ${10 + 2 * index} 0 R`)
        .join(' ')}] >> >>`,
      objects: files.flatMap(([name, stream], index) => [
        `<< /Type /Filespec /F (${name}) /EF << /F ${11 + 2 * index} 0 R >> >>`,
        { dictionary: '/Type /EmbeddedFile', stream },
      ]),
    });

  test('has them one after the other, and says what was left out', async () => {
    const one = buildPdf({ content: textLines(['First of the two documents']) });
    const other = buildPdf({ content: textLines(['Second of the two documents']) });

    const { pages } = await renderBytes(
      renderer,
      holding([
        ['a.pdf', one],
        ['b.pdf', other],
        ['c.txt', Buffer.from('a text')],
      ]),
      'pdf',
    );

    const left = [
      'This PDF is a portfolio: 1 of the 3 files that it holds could not be read as PDF and were left out.',
    ];
    expect(pages).toMatchObject([
      { pageNumber: 1, text: { text: 'First of the two documents' }, warnings: left },
      { pageNumber: 2, text: { text: 'Second of the two documents' }, warnings: left },
    ]);
  });

  test('has the documents of the portfolios that it holds, and says what it did not open', async () => {
    const document = buildPdf({ content: textLines(['A document in a box']) });
    const inner = holding([
      ['a.pdf', document],
      ['b.txt', Buffer.from('a text')],
    ]);
    let deep = holding([['d.pdf', document]]);
    for (let depth = 0; depth < 5; depth++) deep = holding([['deeper.pdf', deep]]);

    const { pages } = await renderBytes(
      renderer,
      holding([
        ['box.pdf', inner],
        ['deep.pdf', deep],
        ['own.pdf', document],
      ]),
      'pdf',
    );

    const left = [
      'This PDF is a portfolio: 2 of the 4 files that it holds could not be read as PDF and were left out.',
    ];
    expect(pages).toMatchObject([
      { text: { text: 'A document in a box' }, warnings: left },
      { text: { text: 'A document in a box' }, warnings: left },
    ]);
  });

  test('is refused with what it is, when it holds nothing that can be read', async () => {
    await expect(renderBytes(renderer, holding([['c.txt', Buffer.from('a text')]]), 'pdf')).rejects.toMatchObject({
      code: 'document_corrupt',
      detail: expect.stringContaining('This PDF is a portfolio'),
    });
  });
});
