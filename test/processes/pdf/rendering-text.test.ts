import { pino } from 'pino';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDocumentRenderer, type RenderPool } from '../../../src/pdf/render-pool.ts';
import { buildPdf, textLines, type PdfPageParts } from '../../support/pdf-builder.ts';
import { fixture, renderBytes, renderFile } from '../../support/rendering.ts';
import { fill, invoice, pageOf, recognised, scan } from '../../support/text-pages.ts';

const logger = pino({ level: 'silent' });
let renderer: RenderPool;

beforeAll(() => {
  renderer = createDocumentRenderer({ logger, processes: 1 });
});

afterAll(() => renderer[Symbol.asyncDispose]());

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

test('faint text of ten levels is text that shows', async () => {
  const { text, isBlank, warnings } = await pageOf(renderer, { content: `0.96 g ${textLines(invoice)}` });

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
  const pale = `/Shading << /Pale << /ShadingType 2 /ColorSpace /DeviceGray /Coords [0 0 595 0] /Extend [true true]
    /Function << /FunctionType 2 /Domain [0 1] /C0 [0.9] /C1 [1] /N 1 >> >> >>`;
  const mask = {
    resources: '/ExtGState << /Masked << /SMask << /Type /Mask /S /Luminosity /G 10 0 R >> >> >>',
    objects: [
      {
        dictionary: '/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Group << /S /Transparency /CS /DeviceGray >>',
        stream: '0 g 0 0 595 842 re f',
      },
    ],
  };

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
    ['squashed flat', `q 1 0 0 0.05 0 0 cm ${textLines(contract, { top: 9000 })} Q`, {}],
    ['too narrow to be read', textLines(contract, below).replace('BT', 'BT 4 Tz'), {}],
    ['of a pale yellow', `1 1 0.96 rg ${textLines(contract, below)} 0 g`, {}],
    ['of white outlines', `1 Tr 1 G ${textLines(contract, below)} 0 Tr`, {}],
    ['behind a shading', `${textLines(contract, below)} q 0 500 595 200 re W n /Pale sh Q`, { resources: pale }],
    ['masked out', `q /Masked gs ${textLines(contract, below)} Q`, mask],
    ['on a layer that is off', `/OC /L BDC ${textLines(contract, below)} EMC`, layer],
  ])('is left out where it is %s, and the page says so', async (_, content, parts) => {
    const page = await pageOf(renderer, { ...parts, content: `${textLines(invoice)} ${content}` });

    expect(page.text.text).toBe(invoice.join('\n'));
    expect(page.warnings).toEqual([hiddenWarning]);
  });

  test('is left out where other text was written over the area that covers it', async () => {
    const { text, warnings } = await pageOf(renderer, {
      content: `${textLines(contract)} ${cover.replace('400', '700')} ${textLines(invoice)}`,
    });

    expect([text.text, warnings]).toEqual([invoice.join('\n'), [hiddenWarning]]);
  });

  test('is left out on the grey paper of a scan, which is not quite as white', async () => {
    const { jpeg, ...size } = await scan(invoice);
    const grey = await sharp(jpeg).linear(0.95).jpeg().toBuffer();
    const page = await pageOf(renderer, {
      picture: { jpeg: grey, ...size },
      content: `${fill} 1 1 1 rg ${textLines(contract, { top: 400 })}`,
    });

    expect([page.text.text, page.warnings]).toEqual(['', [hiddenWarning]]);
  });

  test('is left out on a scan, also where it would run over print', async () => {
    const white = `1 1 1 rg ${textLines(contract, { top: 775 })}`;
    const page = await pageOf(renderer, { picture: await scan(invoice), content: `${fill} ${white}` });

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
    const page = await pageOf(renderer, { picture: await scan([' ']), content });

    expect(page).toMatchObject({ isBlank: true, warnings: [] });
  });

  test.each([
    ['dark on light', textLines(invoice)],
    ['light on dark', `0 0 0.5 rg 0 0 595 842 re f 1 1 1 rg ${textLines(invoice)}`],
    ['pale', `0.8 g ${textLines(invoice)}`],
    ['over a picture that came before', `${fill} ${textLines(invoice, { top: 400 })}`],
    ['of coloured outlines', `1 Tr 1 0 0 RG ${textLines(invoice, { size: 16 })} 0 Tr`],
    ['under a highlighter', `${textLines(invoice)} q /Marker gs 1 1 0 rg 0 0 595 842 re f Q`],
    ['under an area that is cut away', `${textLines(invoice)} q 0 0 m 5 0 l 0 5 l h W n 1 g 0 0 595 842 re f Q`],
    ['within a frame', `${textLines(invoice)} 0 0 595 842 re 2 2 590 836 re f*`],
    ['heavy', `2 Tr 1 w ${textLines(invoice, { size: 16 })}`],
    ['whole but for its first letter', `q 66 0 600 842 re W n ${textLines(invoice)} Q`],
    ['on a layer that is on', `/OC /L BDC ${textLines(invoice)} EMC`],
    ['through a form of its own', `q 1 0 0 1 0 0 cm ${textLines(invoice)} Q`],
    ['on a sheet with a note on its edge', `${textLines(invoice)} ${textLines([slug], { top: -80 })}`],
    ['under a picture with clear parts', `${textLines(invoice)} q 595 0 0 842 0 0 cm /Mark Do Q`],
  ])('is not what is %s', async (_, content) => {
    const page = await pageOf(renderer, {
      picture: await scan(['']),
      content,
      resources: `${layer.resources} /ExtGState << /Marker << /BM /Multiply >> >> /XObject << /I1 6 0 R /Mark 11 0 R >>`,
      catalog: layer.catalog.replace('/OFF [10 0 R]', ''),
      objects: [...layer.objects, mark, opacity],
    });

    expect(page.text.text).toBe(invoice.join('\n'));
    expect(page.warnings).toEqual([]);
  });
});

test.each([
  ['p16-layer-off.pdf', 'INVOICE', 'CONTRACT'],
  ['p19-white-text.pdf', '', 'contract'],
])('%s keeps what shows alone', async (name, kept, left) => {
  const { pages } = await renderFile(renderer, fixture(name), 'pdf');

  expect(pages).toMatchObject([{ text: { text: expect.stringContaining(kept) }, warnings: [hiddenWarning] }]);
  expect(JSON.stringify(pages[0])).not.toContain(left);
});
