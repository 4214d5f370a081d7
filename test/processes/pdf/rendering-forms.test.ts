import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createOcrPool } from '../../../src/classifier/built-in/ocr-pool.ts';
import { createDocumentRenderer, type RenderPool } from '../../../src/pdf/render-pool.ts';
import { buildPdf, textLines, type PdfObject } from '../../support/pdf-builder.ts';
import { darkShare, fixture, renderBytes, renderFile } from '../../support/rendering.ts';

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

/** A page without content, with these annotations. */
function annotated(annotations: readonly string[], form = ''): Uint8Array {
  const objects: PdfObject[] = annotations.map((each) => `<< /Type /Annot /F 4 ${each} >>`);
  const references = annotations.map((_, index) => `${10 + index} 0 R`).join(' ');
  return buildPdf({
    content: '',
    page: `/Annots [${references}]`,
    catalog: `/AcroForm << /Fields [${references}] /DA (/F1 0 Tf 0 g) /DR << /Font << /F1 5 0 R >> >> ${form} >>`,
    objects,
  });
}

describe.each([
  ['that asks for appearances', '/NeedAppearances true'],
  ['that does not', ''],
])('a form %s', (_, form) => {
  test('shows the values that bring no appearance, and has them in its text', async () => {
    const file = annotated(
      [
        '/Subtype /Widget /FT /Tx /T (a) /V (INVOICE 2024-0917) /DA (/F1 16 Tf 0 g) /Rect [60 740 500 770]',
        '/Subtype /Widget /FT /Tx /T (b) /Ff 4096 /V (Bill to Northgate\\nBakery) /DA (/F1 12 Tf 0 g) /Rect [60 640 500 720]',
        '/Subtype /Widget /FT /Ch /T (c) /Ff 131072 /V (x1) /Opt [[(x1) (Due in thirty days)] [(x2) (Paid)]] /Rect [60 600 500 625]',
        '/Subtype /Widget /FT /Ch /T (d) /V (Total 460.80) /Opt [(Total 460.80)] /Rect [60 500 500 580]',
        '/Subtype /Widget /FT /Tx /T (e) /F 2 /V (hidden value) /Rect [60 400 500 430]',
      ],
      form,
    );

    const { pages } = await renderBytes(renderer, file, 'pdf');
    const [page] = pages;
    if (!page || !('image' in page)) throw new Error('no page');

    const words = ['INVOICE 2024-0917', 'Bill to Northgate', 'Bakery', 'Due in thirty days', 'Total 460.80'];
    expect(page.text.text.split('\n')).toEqual(words);
    const read = (await ocr.recognise(page.image, signal)).text.replaceAll(/[^\w.-]/g, '');
    for (const word of words) expect(read).toContain(word.replaceAll(/[^\w.-]/g, ''));
  });

  test('shows a box that is checked', async () => {
    const box = (state: string): string =>
      `/Subtype /Widget /FT /Btn /T (a) /V /${state} /AS /${state} /MK << /CA (4) >> /Rect [100 300 400 600]`;

    const checked = await renderBytes(renderer, annotated([box('Yes')], form), 'pdf');
    const unchecked = await renderBytes(renderer, annotated([box('Off')], form), 'pdf');

    expect(await darkShare(checked.pages[0])).toBeGreaterThan(0.01);
    expect(unchecked.pages).toMatchObject([{ isBlank: true }]);
  });
});

describe('a note that brings no appearance', () => {
  test('is written where it stands, in any script', async () => {
    const note =
      '/Subtype /FreeText /Contents (INVOICE 2024-0917\\nTotal 460.80) /DA (/F1 24 Tf 0 g) /Rect [60 500 540 760]';
    const russian = `/Subtype /FreeText /Contents <FEFF${utf16('Счёт')}> /DA (/F1 24 Tf 0 g) /Rect [60 300 540 460]`;

    const { pages } = await renderBytes(renderer, annotated([note, russian]), 'pdf');

    expect(pages).toMatchObject([
      { isBlank: false, warnings: [], text: { text: 'INVOICE 2024-0917\nTotal 460.80\nСчёт' } },
    ]);
  });

  test('is written with the words of its formatted text, where it has no other', async () => {
    const note = '/Subtype /FreeText /RC (<body><p>INVOICE 2024-0917</p></body>) /Rect [60 500 540 760]';

    const { pages } = await renderBytes(renderer, annotated([note]), 'pdf');

    expect(pages).toMatchObject([{ warnings: [], text: { text: 'INVOICE 2024-0917' } }]);
  });

  const hidden = ['This page has text that does not show; it was left out.'];
  const offLayer = '/OCProperties << /OCGs [20 0 R] /D << /OFF [20 0 R] >> >>';
  test.each([
    ['white on white', '/DA (/F1 12 Tf 1 g)', '', hidden],
    ['white on a dark ground', '/DA (/F1 12 Tf 1 g) /C [0 0 0.5]', '', []],
    ['on a layer that is switched off', '/DA (/F1 12 Tf 0 g) /OC 20 0 R', offLayer, hidden],
  ])('%s is seen as a person sees it', async (_, look, catalog, warnings) => {
    const words = 'EMPLOYMENT CONTRACT between employer and employee';
    const file = buildPdf({
      content: textLines(['A letter to the editor']),
      page: '/Annots [10 0 R]',
      catalog,
      objects: [
        `<< /Type /Annot /F 4 /Subtype /FreeText /Contents (${words}) /Rect [60 300 540 460] ${look} >>`,
        ...Array<PdfObject>(9).fill('null'),
        '<< /Type /OCG /Name (old) >>',
      ],
    });

    const { pages } = await renderBytes(renderer, file, 'pdf');

    const text = warnings.length > 0 ? 'A letter to the editor' : `A letter to the editor\n${words}`;
    expect(pages).toMatchObject([{ text: { text }, warnings }]);
  });

  test('makes a page fail that has nothing else, when nobody can tell what it shows', async () => {
    const { pages } = await renderBytes(
      renderer,
      annotated(['/Subtype /Stamp /Name /Draft /Rect [60 500 300 600]']),
      'pdf',
    );

    expect(pages).toMatchObject([{ error: { code: 'page_render_failed', detail: expect.stringContaining('stamp') } }]);
  });
});

describe('a comment', () => {
  const icon = { dictionary: '/Type /XObject /Subtype /Form /BBox [0 0 24 24]', stream: '1 1 0 rg 0 0 24 24 re f' };

  test.each([
    ['without a mark', '', []],
    ['with a mark of its own', '/AP << /N 11 0 R >>', [icon]],
  ])('%s is the text of a page that has nothing else', async (_, appearance, objects) => {
    const note = `/Type /Annot /Subtype /Text /F 28 /Contents (INVOICE 2024-0917, total due 1392 EUR) /Rect [60 766 84 790]`;
    const file = buildPdf({
      content: '',
      page: '/Annots [10 0 R]',
      objects: [`<< ${note} ${appearance} >>`, ...objects],
    });

    const { pages } = await renderBytes(renderer, file, 'pdf');

    expect(pages).toMatchObject([
      {
        isBlank: false,
        text: { text: 'INVOICE 2024-0917, total due 1392 EUR' },
        warnings: ['Nothing shows on this page but comments; their text was written on it.'],
      },
    ]);
  });

  test('is no part of a page that shows something', async () => {
    const file = buildPdf({
      content: textLines(['A letter to the editor']),
      page: '/Annots [10 0 R]',
      objects: ['<< /Type /Annot /Subtype /Text /Contents (INVOICE) /Rect [60 766 84 790] >>'],
    });

    const { pages } = await renderBytes(renderer, file, 'pdf');

    expect(pages).toMatchObject([{ text: { text: 'A letter to the editor' }, warnings: [] }]);
  });
});

function utf16(text: string): string {
  return Buffer.from(text, 'utf16le').swap16().toString('hex');
}

describe('a dynamic XFA form', () => {
  const form = (fields: string): Uint8Array =>
    buildPdf({
      content: textLines(['Please wait... If this message is not eventually replaced']),
      catalog: '/NeedsRendering true /AcroForm << /Fields [] /XFA 10 0 R >>',
      objects: [
        {
          dictionary: '',
          stream: `<?xml version="1.0"?><xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/"><template xmlns="http://www.xfa.org/schema/xfa-template/3.3/">
            <subform name="form1" layout="tb"><pageSet><pageArea><contentArea x="10mm" y="10mm" w="190mm" h="270mm"/><medium stock="a4" short="210mm" long="297mm"/></pageArea></pageSet>
            <subform layout="tb">${fields}</subform></subform></template></xdp:xdp>`,
        },
      ],
    });

  test('is read by its words, and says so', async () => {
    const fields = ['INVOICE 2024-0917', 'Total amount due 460.80']
      .map((text) => `<draw w="100mm" h="10mm"><value><text>${text}</text></value></draw>`)
      .join('');

    const { pages } = await renderBytes(renderer, form(fields), 'pdf');

    expect(pages).toMatchObject([
      {
        text: { text: 'INVOICE 2024-0917\nTotal amount due 460.80' },
        warnings: ['This page is of a dynamic XFA form: its words are shown without its layout.'],
      },
    ]);
  });

  test('fails with what it is, when nothing of it can be read', async () => {
    const { pages } = await renderBytes(renderer, form(''), 'pdf');

    expect(pages).toMatchObject([
      { error: { code: 'page_render_failed', detail: expect.stringContaining('XFA form') } },
    ]);
  });
});

test.each([
  ['identity-cyrillic.pdf', /H.?o.?[mM]/u],
  ['identity-czech.pdf', /Uvoln/u],
])('%s shows letters by their meaning, though its font is not in the file', async (name, shown) => {
  const { pages } = await renderFile(renderer, fixture(name), 'pdf');
  const [page] = pages;
  if (!page || !('image' in page)) throw new Error('no page');

  expect((await ocr.recognise(page.image, signal)).text).toMatch(shown);
});

test('a page whose content is cut off says so', async () => {
  const whole = buildPdf({
    content: textLines(Array.from({ length: 60 }, (_, index) => `Line ${index} of ${index * 7919}`)),
    compress: true,
  });
  const text = Buffer.from(whole).toString('latin1');
  const start = text.indexOf('stream\n') + 'stream\n'.length;
  const cut = Buffer.from(whole).fill(0xff, start + 200, text.indexOf('\nendstream'));

  const { pages } = await renderBytes(renderer, cut, 'pdf');

  expect(pages).toMatchObject([{ warnings: ['Part of the content of this page is cut off.'] }]);
});
