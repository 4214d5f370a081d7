import { pino } from 'pino';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDocumentRenderer, type RenderPool } from '../../../src/pdf/render-pool.ts';
import { darkShare, fixture, renderBytes, renderFile } from '../../support/rendering.ts';

const logger = pino({ level: 'silent' });
let renderer: RenderPool;

beforeAll(() => {
  renderer = createDocumentRenderer({ logger, processes: 1 });
});

afterAll(() => renderer[Symbol.asyncDispose]());

describe('a PDF', () => {
  test('gives each page as a JPEG with a long side of 1536 px, and its text with places', async () => {
    const { facts, pages } = await renderFile(renderer, fixture('rotated-pages.pdf'), 'pdf');

    expect(facts).toEqual({ pageCount: 2, pageNumbers: [1, 2] });
    expect(pages).toMatchObject([
      { pageNumber: 1, widthPx: 1187, heightPx: 1536, isBlank: false, warnings: [] },
      { pageNumber: 2, widthPx: 1536, heightPx: 1187, isBlank: false, warnings: [] },
    ]);
    for (const page of pages) {
      if (!('image' in page)) throw new Error('no image');
      expect((await sharp(page.image).metadata()).format).toBe('jpeg');
      expect(page.text.text).toMatch(/\w{3,}/);
      for (const { x, y, width, height } of page.text.spans) {
        expect(Math.min(x, y, width, height)).toBeGreaterThanOrEqual(0);
        expect(Math.max(x + width, y + height)).toBeLessThanOrEqual(1.02);
      }
    }
  });

  test.each([
    ['jbig2.pdf', 0.02],
    ['jpx.pdf', 0.01],
    ['soft-mask.pdf', 0.005],
  ])('draws %s, which is blank when a decoder is missing', async (name, leastInk) => {
    const { pages } = await renderFile(renderer, fixture(name), 'pdf');

    expect(pages).toMatchObject([{ isBlank: false, warnings: [] }]);
    expect(await darkShare(pages[0])).toBeGreaterThan(leastInk);
  });

  test('reads text whose font is not embedded', async () => {
    const { pages } = await renderFile(renderer, fixture('font-not-embedded.pdf'), 'pdf');

    expect(pages).toMatchObject([{ text: { text: expect.stringContaining('あいうえお') } }]);
  });

  test('counts the pages that are there, not those that are stated', async () => {
    expect((await renderFile(renderer, fixture('count-lie.pdf'), 'pdf')).facts).toEqual({
      pageCount: 1,
      pageNumbers: [1],
    });
  });

  test('reports a page that cannot be read and draws the others', async () => {
    const { pages } = await renderFile(renderer, fixture('missing-page.pdf'), 'pdf');

    expect(pages).toMatchObject([
      { pageNumber: 1, widthPx: 1085 },
      { pageNumber: 2, error: { code: 'page_render_failed', detail: expect.stringContaining('damaged') } },
    ]);
  });

  test('draws only the pages that are asked for', async () => {
    const selection = { ranges: [{ first: 2 }], maxPages: 1 };
    const { signal } = new AbortController();
    const numbers: number[] = [];

    const request = { path: fixture('rotated-pages.pdf'), type: 'pdf', selection, signal } as const;
    await renderer.render(request, async ({ pageNumber }) => {
      numbers.push(pageNumber);
    });

    expect(numbers).toEqual([2]);
  });

  test('is refused when none of the requested pages exists', async () => {
    const selection = { ranges: [{ first: 7 }], maxPages: 4 };
    const { signal } = new AbortController();
    const request = { path: fixture('rotated-pages.pdf'), type: 'pdf', selection, signal } as const;

    await expect(renderer.render(request, async () => {})).rejects.toMatchObject({ code: 'invalid_request' });
  });

  test.each([
    ['encrypted.pdf', 'document_encrypted', 'protected by a password'],
    ['zero-pages.pdf', 'document_empty', 'no pages'],
  ])('is refused with the reason: %s', async (name, code, detail) => {
    await expect(renderFile(renderer, fixture(name), 'pdf')).rejects.toMatchObject({
      code,
      detail: expect.stringContaining(detail),
    });
  });

  test.each([
    ['only a header', '%PDF-1.7\n'],
    ['no bytes', ''],
    ['noise', '%PDF-1.4\n\u0001\u0002 1 0 obj << /Type /Catalog >> nonsense'],
  ])('is refused when it is corrupt: %s', async (_, bytes) => {
    await expect(renderBytes(renderer, bytes, 'pdf')).rejects.toMatchObject({ code: 'document_corrupt' });
  });
});

describe('a document that hangs or explodes', () => {
  test('has the page fail that takes too long, and the next document is served', async () => {
    await using impatient = createDocumentRenderer({ logger, processes: 1, pageTimeoutMs: 2000 });

    const { pages } = await renderFile(impatient, fixture('nested-states.pdf'), 'pdf');

    const detail = 'This page took longer than 2 s of processor time to draw.';
    expect(pages).toEqual([{ pageNumber: 1, error: { code: 'page_render_failed', detail } }]);
    expect((await renderFile(impatient, fixture('count-lie.pdf'), 'pdf')).pages).toMatchObject([{ widthPx: 1187 }]);
  });

  test('has the page fail at which the time for the document is up', async () => {
    await using impatient = createDocumentRenderer({
      logger,
      processes: 1,
      documentTimeoutMs: 1000,
      documentTimeoutPerPageMs: 0,
    });

    const { pages } = await renderFile(impatient, fixture('nested-states.pdf'), 'pdf');

    const detail = 'This page was not drawn: the document took longer than 1 s of processor time.';
    expect(pages).toEqual([{ pageNumber: 1, error: { code: 'page_render_failed', detail } }]);
  });

  test('is tried in three processes when one comes no further by the clock, and then says so', async () => {
    const lines: string[] = [];
    const heard = pino({ base: null }, { write: (line: string) => void lines.push(line) });
    await using impatient = createDocumentRenderer({ logger: heard, processes: 1, pagePatienceMs: 1000 });

    const { pages } = await renderFile(impatient, fixture('nested-states.pdf'), 'pdf');

    const detail = 'The machine was too busy to draw this page within 1 s, 3 times.';
    expect(pages).toEqual([{ pageNumber: 1, error: { code: 'page_render_failed', detail } }]);
    expect(lines.filter((line) => line.includes('job in child process failed'))).toHaveLength(3);
  });

  test('has the page fail that needs too much memory, and the next document is served', async () => {
    await using small = createDocumentRenderer({ logger, processes: 1, maxProcessMemoryBytes: 500_000_000 });

    const { pages } = await renderFile(small, fixture('deflate-bomb.pdf'), 'pdf');

    const detail = 'Drawing this page needed more than 0.5 GB of memory.';
    expect(pages).toEqual([{ pageNumber: 1, error: { code: 'page_render_failed', detail } }]);
    expect((await renderFile(small, fixture('count-lie.pdf'), 'pdf')).pages).toMatchObject([{ widthPx: 1187 }]);
  });

  test('is cancelled at once, and the next document is served', async () => {
    const controller = new AbortController();
    const selection = { ranges: [], maxPages: 4 };
    const request = { path: fixture('nested-states.pdf'), type: 'pdf', selection, signal: controller.signal } as const;

    const job = renderer.render(request, async () => {});
    controller.abort();

    await expect(job).rejects.toMatchObject({ code: 'cancelled' });
    expect((await renderFile(renderer, fixture('count-lie.pdf'), 'pdf')).pages).toMatchObject([{ widthPx: 1187 }]);
  });
});
