import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DrawableType } from '../../../src/domain/document.ts';
import { createDocumentRenderer, type RenderPool } from '../../../src/pdf/render-pool.ts';
import { colourAt, darkShare, renderBytes } from '../../support/rendering.ts';
import { halves, writeTiff, type TiffFrame } from '../../support/tiff.ts';

const logger = pino({ level: 'silent' });
let renderer: RenderPool;

beforeAll(() => {
  renderer = createDocumentRenderer({ logger, processes: 1 });
});

afterAll(() => renderer[Symbol.asyncDispose]());

const white = [256, 256, 256];
const size = { width: 200, height: 100 } as const;

const tiff = (frame: Pick<TiffFrame, 'pixels' | 'tags'>): Buffer => writeTiff([{ ...size, ...frame }]);
/**
 * Tags: 258 bits, 262 what zero is or which colours, 277 samples, 282 and 283 density, 338 what more samples are, 339
 * kind of number.
 */
const samples = (bits: number, format = 1, photometric = 1): [number, number][] => [
  [258, bits],
  [262, photometric],
  [339, format],
];

/** What a page looks like of which the left half is black and the right half white. */
const blackAndWhite = {
  widthPx: 200,
  heightPx: 100,
  isBlank: false,
  warnings: [],
  left: [0, 0, 0],
  right: [256, 256, 256],
};

async function drawHalves(bytes: Uint8Array, type: DrawableType = 'tiff') {
  const { pages } = await renderBytes(renderer, bytes, type);
  return { ...pages[0], left: await colourAt(pages[0], 0.25, 0.5), right: await colourAt(pages[0], 0.75, 0.5) };
}

describe('a TIFF of numbers', () => {
  test.each([
    [
      'floating point from 0 to 1',
      32,
      3,
      1,
      (b: Buffer, at: number, left: boolean) => b.writeFloatLE(left ? 0 : 1, at),
    ],
    ['floating point to 255', 32, 3, 1, (b: Buffer, at: number, left: boolean) => b.writeFloatLE(left ? 0 : 255, at)],
    ['floating point below 0', 32, 3, 1, (b: Buffer, at: number, left: boolean) => b.writeFloatLE(left ? -9 : 9, at)],
    ['floating point, 0 white', 32, 3, 0, (b: Buffer, at: number, left: boolean) => b.writeFloatLE(left ? 1 : 0, at)],
    ['12 bits in 16', 16, 1, 1, (b: Buffer, at: number, left: boolean) => b.writeUInt16LE(left ? 0 : 4095, at)],
    [
      '12 bits in 16, 0 white',
      16,
      1,
      0,
      (b: Buffer, at: number, left: boolean) => b.writeUInt16LE(left ? 4095 : 0, at),
    ],
    ['16 bits', 16, 1, 1, (b: Buffer, at: number, left: boolean) => b.writeUInt16LE(left ? 0 : 65_535, at)],
    ['signed 16 bits', 16, 2, 1, (b: Buffer, at: number, left: boolean) => b.writeInt16LE(left ? -2000 : 2000, at)],
    ['signed 8 bits', 8, 2, 1, (b: Buffer, at: number, left: boolean) => b.writeInt8(left ? -128 : 127, at)],
    ['32 bits', 32, 1, 1, (b: Buffer, at: number, left: boolean) => b.writeUInt32LE(left ? 0 : 4_294_967_295, at)],
    ['zeros and ones', 8, 1, 1, (b: Buffer, at: number, left: boolean) => b.writeUInt8(left ? 0 : 1, at)],
  ] as const)('is stretched to what can be seen: %s', async (_, bits, format, photometric, write) => {
    expect(
      await drawHalves(tiff({ pixels: halves(size, bits / 8, write), tags: samples(bits, format, photometric) })),
    ).toMatchObject(blackAndWhite);
  });

  test('stays blank where its paper is not quite even', async () => {
    const pixels = halves(size, 2, (bytes, at) => bytes.writeUInt16LE(4000 + (at % 7) * 4, at));

    expect((await renderBytes(renderer, tiff({ pixels, tags: samples(16) }), 'tiff')).pages).toMatchObject([
      { isBlank: true },
    ]);
  });

  test.each([
    ['the compression Zstandard (50000)', [[259, 50_000]]],
    ['the compression LERC (34887)', [[259, 34_887]]],
    ['the compression LZMA (34925)', [[259, 34_925]]],
    ['the compression JPEG 2000 (34712)', [[259, 34_712]]],
    ['the compression of number 65000', [[259, 65_000]]],
    [
      'one floating-point sample of 64 bits',
      [
        [258, 64],
        [339, 3],
      ],
    ],
    [
      'one complex floating-point sample of 64 bits',
      [
        [258, 64],
        [339, 6],
      ],
    ],
    [
      '7 unsigned samples of 8 bits',
      [
        [258, Array.from({ length: 7 }, () => 8)],
        [277, 7],
        [338, [0, 0, 0, 0, 0, 0]],
      ],
    ],
  ] as const)('that is not read is told what it holds: %s', async (what, tags) => {
    const job = renderBytes(renderer, tiff({ pixels: Buffer.alloc(200 * 100 * 8), tags }), 'tiff');

    await expect(job).rejects.toMatchObject({ code: 'document_corrupt', detail: expect.stringContaining(what) });
  });
});

describe('a TIFF with more samples than colours', () => {
  /** The colours are paper; what is drawn stands in the sample of that number. */
  const drawnIn = (ink: number, count: number, paper: readonly number[], photometric: number) =>
    tiff({
      pixels: halves(size, count, (bytes, at, isLeft) => {
        for (let sample = 0; sample < count; sample++) bytes.writeUInt8(paper[sample] ?? 0, at + sample);
        if (isLeft && at % (count * 5) === 0) bytes.writeUInt8(255 - (paper[ink] ?? 0), at + ink);
      }),
      tags: [
        [258, Array.from({ length: count }, () => 8)],
        [262, photometric],
        [277, count],
        [338, Array.from({ length: count - paper.length }, () => 0)],
      ],
    });

  test.each([
    ['the black of CMYK and a spot', drawnIn(3, 5, [0, 0, 0, 0], 5)],
    ['the spot of CMYK and a spot', drawnIn(4, 5, [0, 0, 0, 0], 5)],
    ['the colours of RGB and two more', drawnIn(1, 5, [255, 255, 255], 2)],
    ['the second of two beside RGB', drawnIn(4, 5, [255, 255, 255], 2)],
    ['the grey of grey and one more', drawnIn(0, 2, [255], 1)],
  ])('shows its inks: %s', async (_, bytes) => {
    const { pages } = await renderBytes(renderer, bytes, 'tiff');

    expect(pages).toMatchObject([{ isBlank: false, warnings: [] }]);
    expect(await darkShare(pages[0])).toBeGreaterThan(0.02);
    expect(await colourAt(pages[0], 0.75, 0.5)).toEqual(white);
  });
});
