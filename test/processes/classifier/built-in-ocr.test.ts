import { existsSync } from 'node:fs';
import { pino } from 'pino';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { createOcrPool } from '../../../src/classifier/built-in/ocr-pool.ts';
import { decodeCtc } from '../../../src/classifier/built-in/ocr/ctc.ts';
import { findTextBoxes } from '../../../src/classifier/built-in/ocr/find-text-boxes.ts';
import { toPageText } from '../../../src/classifier/built-in/ocr/reading-order.ts';
import { descendantsOf } from '../../chaos/process-tree.ts';
import { drawPageImage } from '../../support/classifiable-page.ts';

const logger = pino({ level: 'silent' });
const lines = ['INVOICE 2024-0815', 'Bill to Example Limited', 'Subtotal 420.00', 'Total due 504.00', 'Thank you'];

describe('createOcrPool', () => {
  const ocr = createOcrPool({ logger, processes: 1 });
  const signal = new AbortController().signal;
  afterAll(() => ocr[Symbol.asyncDispose]());

  const lettersOf = async (image: Uint8Array): Promise<string> =>
    (await ocr.recognise(image, signal)).text.replaceAll(/[^\p{L}\p{N}\n]/gu, '');

  test('reads a page line by line, and says where each stands', async () => {
    const page = await ocr.recognise(await drawPageImage(lines.join('\n')), signal);

    expect(page.text.replaceAll(/[^\p{L}\p{N}\n]/gu, '')).toBe(
      'INVOICE20240815\nBilltoExampleLimited\nSubtotal42000\nTotaldue50400\nThankyou',
    );
    const [title] = page.spans;
    expect(title?.x).toBeCloseTo(60 / 768, 1);
    expect(title?.y).toBeCloseTo(62 / 1086, 1);
  });

  test('leaves nothing of the telemetry of onnxruntime, whose log is made when it begins', async () => {
    await ocr.recognise(await drawPageImage('INVOICE'), signal);
    const children = await descendantsOf(process.pid);
    const reading = children.filter(({ commandLine }) => commandLine.includes('ocr-child'));

    expect(reading).not.toEqual([]);
    // The child has no TMPDIR, so that the log would be here.
    for (const { pid } of reading) expect(existsSync(`/tmp/mat-debug-${pid}.log`)).toBe(false);
  });

  test.each([
    ['a long receipt', { width: 700, height: 9000 }, (index: number) => [60, 100 + index * 420] as const],
    ['a wide panorama', { width: 9000, height: 700 }, (index: number) => [60 + index * 420, 300] as const],
  ])('reads %s from one end to the other, at its full size', async (_, { width, height }, place) => {
    const words = Array.from({ length: 21 }, (_unused, index) => `item${index + 10}`);
    const drawn = words.map((word, index) => {
      const [x, y] = place(index);
      return `<text x="${x}" y="${y}" font-size="24">${word}</text>`;
    });
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${drawn.join('')}</svg>`;
    const long = await sharp(Buffer.from(svg)).flatten({ background: '#ffffff' }).jpeg().toBuffer();

    const { text } = await ocr.recognise(long, signal);

    expect(text.split(/\s+/)).toEqual(words);
  });

  test('reads the head and the end of a page that is longer than it looks at', async () => {
    const places = { head: 100, middle: 20_000, end: 29_900 };
    const drawn = Object.entries(places).map(([word, y]) => `<text x="60" y="${y}" font-size="24">${word}</text>`);
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="300" height="30000">${drawn.join('')}</svg>`;
    const long = await sharp(Buffer.from(svg)).flatten({ background: '#ffffff' }).jpeg().toBuffer();

    expect((await ocr.recognise(long, signal)).text).toBe('head\nend');
  });

  test.each([90, 180, 270])('reads a page scanned at %i degrees', async (degrees) => {
    const upright = await drawPageImage(lines.join('\n'));

    const turned = await sharp(upright).rotate(degrees).jpeg().toBuffer();

    expect(await lettersOf(turned)).toBe(await lettersOf(upright));
  });

  test.each([-2, 2, 4])('reads long lines of a page that lies %i degrees askew', async (degrees) => {
    const text = 'This receipt is for the amount of the deposit that was paid by the tenant';
    const level = await drawPageImage([...lines, text].join('\n'));

    const askew = await sharp(level).rotate(degrees, { background: '#ffffff' }).jpeg().toBuffer();

    expect(await lettersOf(askew)).toContain(text.replaceAll(' ', ''));
  });

  test('finds no words on a page without any', async () => {
    const blank = await sharp({ create: { width: 300, height: 400, channels: 3, background: 'white' } })
      .jpeg()
      .toBuffer();

    expect(await ocr.recognise(blank, signal)).toStrictEqual({ text: '', spans: [] });
  });

  test('says so where what it was given is no image, and goes on', async () => {
    expect(await ocr.recognise(Buffer.from('not an image'), signal)).toStrictEqual({
      text: '',
      spans: [],
      unread: 'the reader failed on it',
    });
    expect(await lettersOf(await drawPageImage(lines.join('\n')))).toContain('INVOICE');
  });

  test('says so where a page takes more processor time than it may, however long it waits', async () => {
    await using hurried = createOcrPool({ logger, processes: 1, timeoutMs: 1, patienceMs: 60_000 });

    expect(await hurried.recognise(await drawPageImage(lines.join('\n')), signal)).toStrictEqual({
      text: '',
      spans: [],
      unread: 'reading it took more than 0.001 s of processor time',
    });
  });

  test('tries a page once more that the machine was too busy for, and says so after that', async () => {
    await using impatient = createOcrPool({ logger, processes: 1, patienceMs: 1 });

    expect(await impatient.recognise(await drawPageImage(lines.join('\n')), signal)).toMatchObject({
      unread: 'the machine was too busy to read it within 0.001 s',
    });
  });

  test('reads some places alone, and leaves out what is known', async () => {
    const image = await drawPageImage(lines.join('\n'));
    const page = await ocr.recognise(image, signal);
    const [title, ...rest] = page.spans;
    if (!title) throw new Error('nothing was read');

    expect((await ocr.recognise(image, signal, { only: [title] })).text).toContain('2024-0815');
    expect((await ocr.recognise(image, signal, { known: rest })).text).toBe(title.text);
  });

  test('is cancelled with the signal', async () => {
    const image = await drawPageImage(lines.join('\n'));

    await expect(ocr.recognise(image, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('findTextBoxes', () => {
  test('finds one box for each region, grown to the letters that the model shrank', () => {
    const [width, height] = [100, 40];
    const data = new Float32Array(width * height);
    for (let y = 15; y < 25; y++) data.fill(0.9, y * width + 20, y * width + 80);
    data[5] = 0.9;

    const boxes = findTextBoxes({ data, width, height });

    expect(boxes).toHaveLength(1);
    expect(boxes[0]).toMatchObject({ centreX: 50, centreY: 20, angle: 0 });
    expect(boxes[0]?.length).toBeGreaterThan(60);
    expect(boxes[0]?.height).toBeGreaterThan(10);
  });
});

describe('decodeCtc', () => {
  test('merges repeats, keeps letters that a blank parts, and averages their probability', () => {
    const symbols = [1, 1, 0, 1, 2];
    const scores = new Float32Array(symbols.length * 3);
    for (const [step, symbol] of symbols.entries()) scores[step * 3 + symbol] = 0.5;

    expect(decodeCtc(scores, symbols.length, 3, ['a', 'b'])).toStrictEqual({ text: 'aab', confidence: 0.5 });
  });
});

describe('toPageText', () => {
  test('puts boxes of one height into one line, left to right', () => {
    const box = (centreX: number, centreY: number) => ({ centreX, centreY, length: 20, height: 10, angle: 0 });
    const page = toPageText(
      [
        { box: box(80, 22), text: 'right', confidence: 1 },
        { box: box(20, 60), text: 'below', confidence: 1 },
        { box: box(20, 20), text: 'left', confidence: 1 },
      ],
      100,
      100,
    );

    expect(page.text).toBe('left right\nbelow');
    expect(page.spans[0]).toStrictEqual({ text: 'left', x: 0.1, y: 0.15, width: 0.2, height: 0.1 });
  });
});
