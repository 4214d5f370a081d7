import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDocumentRenderer, type RenderPool } from '../../../src/pdf/render-pool.ts';
import { drawPageImage } from '../../support/classifiable-page.ts';
import { buildPdf, textLines, type PdfPageParts } from '../../support/pdf-builder.ts';
import { fixture, renderBytes, renderFile } from '../../support/rendering.ts';

const logger = pino({ level: 'silent' });
let renderer: RenderPool;

beforeAll(() => {
  renderer = createDocumentRenderer({ logger, processes: 1 });
});

afterAll(() => renderer[Symbol.asyncDispose]());

const invoice = [
  'INVOICE 2024-0917',
  'Meadowbrook Supplies Ltd, 14 Harbour Lane, Exampleton',
  'Bill to: Northgate Bakery, 3 Mill Street',
  'Subtotal 384.00, VAT 76.80, total amount due 460.80',
  'Payment due within 30 days to the account above',
];
const contract = [
  'EMPLOYMENT CONTRACT between the Employer and the Employee',
  'Either party may terminate this agreement with notice',
];
/** What a printer notes beside the page. */
const slug = 'annual-report_body.indd  Sheet 12  14.02.2025  10:32:07';
/** A picture of two pixels, one of which is clear. */
const twoPixels = '/Type /XObject /Subtype /Image /Width 2 /Height 1 /BitsPerComponent 8';
const mark = {
  dictionary: `${twoPixels} /ColorSpace /DeviceRGB /SMask 12 0 R`,
  stream: new Uint8Array([255, 255, 255, 200, 0, 0]),
};
const opacity = { dictionary: `${twoPixels} /ColorSpace /DeviceGray`, stream: new Uint8Array([0, 20]) };
const hiddenWarning = 'This page has text that does not show; it was left out.';

async function pageOf(parts: PdfPageParts) {
  const { pages } = await renderBytes(renderer, buildPdf(parts), 'pdf');
  const [page] = pages;
  if (!page || !('image' in page)) throw new Error(`no page: ${JSON.stringify(page)}`);
  return page;
}

/**
 * A page as a scanner leaves it: a picture that fills it, with these lines at the places where `scanLines` writes them.
 */
async function scan(lines: readonly string[]) {
  return { jpeg: await drawPageImage(lines.join('\n')), width: 768, height: 1086 };
}

const fill = 'q 595 0 0 842 0 0 cm /I1 Do Q';

/** Invisible lines over those of `scan`. */
function recognised(lines: readonly string[]): string {
  const at = (index: number): string => `1 0 0 1 46 ${842 - (80 + index * 26) * (842 / 1086)} Tm`;
  const shown = lines.map((line, index) => `${at(index)} (${line.replace(/[\\()]/g, '\\$&')}) Tj`);
  return `BT 3 Tr /F1 15.5 Tf ${shown.join(' ')} ET`;
}

test('faint text of ten levels is text that shows', async () => {
  const { text, isBlank, warnings } = await pageOf({ content: `0.96 g ${textLines(invoice)}` });

  expect([text.text, isBlank, warnings]).toEqual([invoice.join('\n'), false, []]);
});

describe('text that nobody sees', () => {
  const below = { top: 600 };
  const graphics = '/ExtGState << /Clear << /ca 0 /CA 0 >> >>';
  const layer = {
    resources: '/Properties << /L 10 0 R >>',
    catalog: '/OCProperties << /OCGs [10 0 R] /D << /BaseState /ON /OFF [10 0 R] >> >>',
    objects: ['<< /Type /OCG /Name (old) >>'],
  };
  const cover = '1 1 1 rg 40 400 500 300 re f 0 g';

  test.each<[string, string, Partial<PdfPageParts>]>([
    ['of the colour of its paper', `1 1 1 rg ${textLines(contract, below)} 0 g`, {}],
    ['nearly of the colour of its paper', `0.99 0.98 0.99 rg ${textLines(contract, below)} 0 g`, {}],
    ['that is not painted', `3 Tr ${textLines(contract, below)} 0 Tr`, {}],
    ['behind an area', `${textLines(contract, below)} ${cover}`, {}],
    ['outside its page', textLines(contract, { top: -80 }), {}],
    [
      'outside the part of the page that is shown',
      textLines(contract, { top: 100 }),
      { page: '/CropBox [0 300 595 842]' },
    ],
    ['of no size', textLines(contract, { ...below, size: 1 }), {}],
    ['cut away', `q 0 0 5 5 re W n ${textLines(contract, below)} Q`, {}],
    ['without opacity', `q /Clear gs ${textLines(contract, below)} Q`, { resources: graphics }],
    ['on a layer that is off', `/OC /L BDC ${textLines(contract, below)} EMC`, layer],
  ])('is left out where it is %s, and the page says so', async (_, content, parts) => {
    const page = await pageOf({ ...parts, content: `${textLines(invoice)} ${content}` });

    expect(page.text.text).toBe(invoice.join('\n'));
    expect(page.warnings).toEqual([hiddenWarning]);
  });

  test('is left out on a scan, also where it would run over print', async () => {
    const white = `1 1 1 rg ${textLines(contract, { top: 775 })}`;
    const page = await pageOf({ picture: await scan(invoice), content: `${fill} ${white}` });

    expect(page.text).toMatchObject({ text: '', lacks: 'print' });
    expect(page.text.behind).toBeUndefined();
    expect(page.warnings).toEqual([hiddenWarning]);
  });

  test.each<[string, Partial<PdfPageParts>]>([
    ['too small', { page: '/MediaBox [0 0 1000000000 1000000000]' }],
    ['white', { content: `1 g ${textLines(['word'])}` }],
    ['not painted', { content: `3 Tr ${textLines(['word'])}` }],
  ])('makes a page fail that has nothing else, rather than blank, where it is %s', async (_, parts) => {
    const { pages } = await renderBytes(renderer, buildPdf({ content: textLines(['word']), ...parts }), 'pdf');

    const detail = `Nothing shows on this page. ${hiddenWarning}`;
    expect(pages).toEqual([{ pageNumber: 1, error: { code: 'page_render_failed', detail } }]);
  });

  test.each([
    ['recognition read in its dirt', `${fill} ${recognised(['. i l'])}`],
    ['says nothing', `3 Tr ${textLines(['. - .'])}`],
  ])('leaves an empty sheet blank where it is what %s', async (_, content) => {
    const page = await pageOf({ picture: await scan([' ']), content });

    expect(page).toMatchObject({ isBlank: true, warnings: [] });
  });

  test.each([
    ['dark on light', textLines(invoice)],
    ['light on dark', `0 0 0.5 rg 0 0 595 842 re f 1 1 1 rg ${textLines(invoice)}`],
    ['pale', `0.8 g ${textLines(invoice)}`],
    ['over a picture that came before', `${fill} ${textLines(invoice, { top: 400 })}`],
    ['heavy', `2 Tr 1 w ${textLines(invoice, { size: 16 })}`],
    ['whole but for its first letter', `q 66 0 600 842 re W n ${textLines(invoice)} Q`],
    ['on a layer that is on', `/OC /L BDC ${textLines(invoice)} EMC`],
    ['through a form of its own', `q 1 0 0 1 0 0 cm ${textLines(invoice)} Q`],
    ['on a sheet with a note on its edge', `${textLines(invoice)} ${textLines([slug], { top: -80 })}`],
    ['under a picture with clear parts', `${textLines(invoice)} q 595 0 0 842 0 0 cm /Mark Do Q`],
  ])('is not what is %s', async (_, content) => {
    const page = await pageOf({
      picture: await scan(['']),
      content,
      resources: `${layer.resources} /XObject << /I1 6 0 R /Mark 11 0 R >>`,
      catalog: layer.catalog.replace('/OFF [10 0 R]', ''),
      objects: [...layer.objects, mark, opacity],
    });

    expect(page.text.text).toBe(invoice.join('\n'));
    expect(page.warnings).toEqual([]);
  });
});

describe('a scan', () => {
  test('has its recognised text apart, to be believed where the picture says the same', async () => {
    const page = await pageOf({ picture: await scan(invoice), content: `${fill} ${recognised(invoice)}` });

    expect(page.text).toMatchObject({ text: '', behind: { text: invoice.join('\n') } });
    expect(page.warnings).toEqual([]);
  });

  test('has its recognised text apart also where the picture was laid over it', async () => {
    const under = recognised(invoice).replace('3 Tr', '0 Tr');
    const page = await pageOf({ picture: await scan(invoice), content: `${under} ${fill}` });

    expect(page.text).toMatchObject({ text: '', behind: { text: invoice.join('\n') } });
  });

  test('says that a line of digital text is not all of it', async () => {
    const header = textLines(['Received at the registry on 18 September 2024, file number 4711'], { top: 500 });
    const page = await pageOf({ picture: await scan(invoice), content: `${fill} ${header}` });

    expect(page.text.text).toContain('Received at the registry');
    expect(page.text.lacks).toBe('print');
  });

  test('says so as well where its print was turned into outlines', async () => {
    const strokes = Array.from({ length: 1200 }, (_, index) => {
      const x = 60 + (index % 80) * 6;
      const y = 700 - Math.floor(index / 80) * 14;
      return `${x} ${y} m ${x + 3} ${y + 6} l ${x + 4} ${y} l ${x} ${y + 5} l S`;
    });
    const page = await pageOf({
      content: `${textLines(['Page 1 of 1, printed on Tuesday by the archive'])} ${strokes.join(' ')}`,
    });

    expect(page.text.lacks).toBe('print');
  });
});

test('letters that a font does not name are missed, not taken for spaces', async () => {
  const words = ['Specification of services received', 'Each electronic invoice accounts for costs'];
  const map = Array.from('Spefatonrvidlu Ehk');
  const toUnicode = `/CIDInit /ProcSet findresource begin begincmap /CMapName /X def 1 begincodespacerange <00> <FF> endcodespacerange
    ${map.length + 1} beginbfchar <63> <0020> ${map.map((letter) => `<${hex(letter)}> <00${hex(letter)}>`).join(' ')} endbfchar endcmap`;
  const page = await pageOf({
    content: textLines([...words, ...words]).replace('/F1', '/F2'),
    fonts: '/F2 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding /ToUnicode 10 0 R >>',
    objects: [{ dictionary: '', stream: toUnicode }],
  });

  expect(page.text.lacks).toBe('letters');
});

function hex(letter: string): string {
  return letter.charCodeAt(0).toString(16).padStart(2, '0');
}

test.each([
  ['p16-layer-off.pdf', 'INVOICE', 'CONTRACT'],
  ['p19-white-text.pdf', '', 'contract'],
])('%s keeps what shows alone', async (name, kept, left) => {
  const { pages } = await renderFile(renderer, fixture(name), 'pdf');

  expect(pages).toMatchObject([{ text: { text: expect.stringContaining(kept) }, warnings: [hiddenWarning] }]);
  expect(JSON.stringify(pages[0])).not.toContain(left);
});
