import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDocumentRenderer, type RenderPool } from '../../../src/pdf/render-pool.ts';
import { textLines } from '../../support/pdf-builder.ts';
import { fill, invoice, pageOf, recognised, scan } from '../../support/text-pages.ts';

const logger = pino({ level: 'silent' });
let renderer: RenderPool;

beforeAll(() => {
  renderer = createDocumentRenderer({ logger, processes: 1 });
});

afterAll(() => renderer[Symbol.asyncDispose]());

describe('a scan', () => {
  test('has its recognised text apart, to be believed where the picture says the same', async () => {
    const page = await pageOf(renderer, { picture: await scan(invoice), content: `${fill} ${recognised(invoice)}` });

    expect(page.text).toMatchObject({ text: '', behind: { text: invoice.join('\n') } });
    expect(page.warnings).toEqual([]);
  });

  test('has its recognised text apart also where the picture was laid over it', async () => {
    const under = recognised(invoice).replace('3 Tr', '0 Tr');
    const page = await pageOf(renderer, { picture: await scan(invoice), content: `${under} ${fill}` });

    expect(page.text).toMatchObject({ text: '', behind: { text: invoice.join('\n') } });
  });

  test('says that a line of digital text is not all of it', async () => {
    const header = textLines(['Received at the registry on 18 September 2024, file number 4711'], { top: 500 });
    const page = await pageOf(renderer, { picture: await scan(invoice), content: `${fill} ${header}` });

    expect(page.text.text).toContain('Received at the registry');
    expect(page.text.lacks).toBe('print');
  });

  test('says so as well where its print was turned into outlines', async () => {
    const strokes = Array.from({ length: 1200 }, (_, index) => {
      const x = 60 + (index % 80) * 6;
      const y = 700 - Math.floor(index / 80) * 14;
      return `${x} ${y} m ${x + 3} ${y + 6} l ${x + 4} ${y} l ${x} ${y + 5} l S`;
    });
    const page = await pageOf(renderer, {
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
  const page = await pageOf(renderer, {
    content: textLines([...words, ...words]).replace('/F1', '/F2'),
    fonts: '/F2 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding /ToUnicode 10 0 R >>',
    objects: [{ dictionary: '', stream: toUnicode }],
  });

  expect(page.text.lacks).toBe('letters');
});

function hex(letter: string): string {
  return letter.charCodeAt(0).toString(16).padStart(2, '0');
}
