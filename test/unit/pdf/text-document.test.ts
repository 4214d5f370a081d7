import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { PageSelection } from '../../../src/domain/page-selection.ts';
import { htmlToText } from '../../../src/pdf/html-text.ts';
import { readTextDocument } from '../../../src/pdf/text-document.ts';

const everyPage: PageSelection = { ranges: [], maxPages: 50 };

const limits = { maxTextPages: 3_000_000, maxHtmlDepth: 512 };

/** In pieces, as a store gives them. */
function streamOf(bytes: Uint8Array, pieceLength = 7): Readable {
  const pieces = Array.from({ length: Math.ceil(bytes.length / pieceLength) }, (_, index) =>
    bytes.subarray(index * pieceLength, (index + 1) * pieceLength),
  );
  return Readable.from(pieces);
}

const read = (text: string | Uint8Array, selection = everyPage, pieceLength = 7) =>
  readTextDocument(streamOf(typeof text === 'string' ? Buffer.from(text) : text, pieceLength), selection, limits);

describe('readTextDocument', () => {
  test('takes a form feed for the end of a page, and none for an empty last one', async () => {
    expect(await read('first\fsecond\n\f\n')).toEqual({
      pageCount: 2,
      pages: [
        { pageNumber: 1, text: 'first' },
        { pageNumber: 2, text: 'second\n' },
      ],
    });
  });

  test('ends a page after 4,000 characters, at the end of a line or a word, and loses nothing', async () => {
    const lines = 'A line of some words.\n'.repeat(500);
    const { pages } = await read(lines);

    expect(pages.length).toBeGreaterThan(1);
    for (const { text } of pages) expect(text.length).toBeLessThanOrEqual(4000);
    expect(pages.map(({ text }) => text).join('\n')).toBe(lines);
  });

  test('cuts a text without blanks between characters and never inside one', async () => {
    const { pages } = await read('x' + '🧾'.repeat(3000));

    for (const { text } of pages) expect(text.isWellFormed()).toBe(true);
  });

  test('gives the selected pages only, and counts all of them', async () => {
    const { pageCount, pages } = await read('1\f2\f3\f4\f5', {
      ranges: [{ first: 2, last: 3 }, { first: 5 }],
      maxPages: 2,
    });

    expect(pageCount).toBe(5);
    expect(pages.map(({ text }) => text)).toEqual(['2', '3']);
  });

  test('refuses a selection that the text has no page of', async () => {
    await expect(read('1\f2', { ranges: [{ first: 3 }], maxPages: 4 })).rejects.toMatchObject({
      code: 'invalid_request',
      detail: 'None of the requested pages exists: this document has 2 pages.',
    });
  });

  test.each([
    ['UTF-8', Buffer.from('Größe 20 €')],
    ['UTF-8 with its mark', Buffer.from('\uFEFFGröße 20 €')],
    ['UTF-16', Buffer.from('\uFEFFGröße 20 €', 'utf16le')],
    ['Windows-1252', Buffer.from('Gr\xf6\xdfe 20 \x80', 'latin1')],
  ])('reads %s', async (_name, bytes) => {
    expect((await read(bytes)).pages[0]?.text).toBe('Größe 20 €');
  });

  test.each([1, 7, 1000])('reads HTML as its words, in whatever pieces (of %i characters) it comes', async (length) => {
    const html = `<!DOCTYPE html><html><head><title>Bill</title><style>p { color: red }</style>
      <script>const invoice = '<p>no</p>';</script></head>
      <body><h1>Invoice &amp; receipt</h1><p>Total <b>due</b>:\n 42&nbsp;&euro;</p>
      <table><tr><td>a</td><td>1</td></tr><tr><td>b</td></tr></table></body></html>`;
    const pieces = html.match(new RegExp(`[^]{1,${length}}`, 'gu')) ?? [];

    const words = (await Array.fromAsync(htmlToText(Readable.from(pieces), 512))).join('');

    expect(words).toBe('Bill\nInvoice & receipt\nTotal due: 42 €\na 1\nb');
    expect((await read(html)).pages[0]?.text).toBe(words);
  });

  test.each([
    ['comments without an end of them', `${'<!---->'.repeat(60)}x`, 'x'],
    ['comments before a page', `${'<!---->'.repeat(60)}<p>x`, 'x'],
    ['a million closing tags of what is not open', `<p>${'<i>'.repeat(100_000)}${'</b>'.repeat(1_000_000)}x`, 'x'],
    ['a page that nests without end', `<p>${'<div><i>'.repeat(200_000)}x`, 'x'],
  ])('reads %s in time that grows with its length alone', async (_name, html, expected) => {
    expect((await read(html, everyPage, 65_536)).pages[0]?.text.replaceAll('<!---->', '')).toBe(expected);
  });

  test('counts millions of form feeds without copying a page for each', async () => {
    expect((await read('a\f'.repeat(2_000_000), everyPage, 65_536)).pageCount).toBe(2_000_000);
  });

  test('refuses a text of more pages than one may have, with the number', async () => {
    await expect(
      readTextDocument(streamOf(Buffer.from('a\f'.repeat(12))), everyPage, { ...limits, maxTextPages: 11 }),
    ).rejects.toMatchObject({ code: 'document_corrupt', detail: expect.stringContaining('more than 11 pages') });
  });

  test('reads elements that nest too deep as siblings, and hides what is hidden', async () => {
    const html = '<div><div><div><script>no</script>a<div>b</div></div></div></div>c';

    expect((await Array.fromAsync(htmlToText(Readable.from([html]), 3))).join('')).toBe('a\nb\nc');
  });

  test('takes a text without a word for one blank page', async () => {
    for (const text of [' \n', '<html><body></body></html>']) {
      const { pageCount, pages } = await read(text);
      expect([pageCount, pages.map((page) => page.text.trim())]).toEqual([1, ['']]);
    }
  });

  test('leaves other markup as it is', async () => {
    expect((await read('<Invoice><Total>42</Total></Invoice>')).pages[0]?.text).toBe(
      '<Invoice><Total>42</Total></Invoice>',
    );
  });
});
