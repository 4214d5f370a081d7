import { crc32 } from 'node:zlib';
import { pino } from 'pino';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDocumentRenderer, type RenderPool } from '../../../src/pdf/render-pool.ts';
import { halfBlackBitmap } from '../../support/bitmaps.ts';
import { halfBlackFax } from '../../support/fax-tiff.ts';
import { colourAt, renderBytes } from '../../support/rendering.ts';

const logger = pino({ level: 'silent' });
let renderer: RenderPool;

beforeAll(() => {
  renderer = createDocumentRenderer({ logger, processes: 1 });
});

afterAll(() => renderer[Symbol.asyncDispose]());

const black = [0, 0, 0];
const white = [256, 256, 256];
const red = [256, 0, 0];
const blue = [0, 0, 256];

/** Left half red, right half blue. */
function redBlue(width = 200, height = 100): Sharp {
  const half = { create: { width: width / 2, height, channels: 3, background: '#ff0000' } } as const;
  return sharp({ create: { width, height, channels: 3, background: '#0000ff' } }).composite([
    { input: half, left: 0, top: 0 },
  ]);
}

describe('an image', () => {
  test.each([
    ['jpeg', () => redBlue().jpeg({ quality: 95, chromaSubsampling: '4:4:4' })],
    ['png', () => redBlue().png()],
    ['png', () => redBlue().png({ palette: true })],
    ['png', () => redBlue().toColourspace('rgb16').png()],
    ['gif', () => redBlue().gif()],
    ['webp', () => redBlue().webp({ lossless: true })],
    ['tiff', () => redBlue().tiff({ compression: 'lzw' })],
    ['tiff', () => redBlue().tiff({ compression: 'deflate' })],
    ['tiff', () => redBlue().tiff({ compression: 'jpeg', quality: 95 })],
  ] as const)('is a document of one page: %s', async (type, make) => {
    const { facts, pages } = await renderBytes(renderer, await make().toBuffer(), type);

    expect(facts).toEqual({ pageCount: 1, pageNumbers: [1] });
    expect(pages).toMatchObject([
      { widthPx: 200, heightPx: 100, text: { text: '', spans: [] }, isBlank: false, warnings: [] },
    ]);
    expect(await colourAt(pages[0], 0.25, 0.5)).toEqual(red);
    expect(await colourAt(pages[0], 0.75, 0.5)).toEqual(blue);
  });

  test.each([1, 4, 8, 16, 24, 32] as const)(
    'may be a BMP of %i bits, with rows in either direction',
    async (bitsPerPixel) => {
      for (const isTopDown of [true, false]) {
        const bitmap = halfBlackBitmap({ width: 200, height: 100, bitsPerPixel, isTopDown });
        const { pages } = await renderBytes(renderer, bitmap, 'bmp');

        expect(await colourAt(pages[0], 0.25, 0.5)).toEqual(black);
        expect(await colourAt(pages[0], 0.75, 0.5)).toEqual(white);
      }
    },
  );

  test('may be a fax, a TIFF in CCITT Group 4', async () => {
    const { pages } = await renderBytes(renderer, halfBlackFax(60), 'tiff');

    expect(pages).toMatchObject([{ widthPx: 64, heightPx: 60, warnings: [] }]);
    expect(await colourAt(pages[0], 0.25, 0.5)).toEqual(black);
    expect(await colourAt(pages[0], 0.75, 0.5)).toEqual(white);
  });

  test('may have the colours of print', async () => {
    const { pages } = await renderBytes(renderer, await redBlue().toColourspace('cmyk').jpeg().toBuffer(), 'jpeg');

    const [r = 0, g = 0, b = 0] = await colourAt(pages[0], 0.25, 0.5);
    expect(r - Math.max(g, b)).toBeGreaterThan(128);
  });

  test('is shrunk to a long side of 1536 px', async () => {
    const { pages } = await renderBytes(renderer, await redBlue(4000, 2000).png().toBuffer(), 'png');

    expect(pages).toMatchObject([{ widthPx: 1536, heightPx: 768 }]);
    expect(pages[0]).not.toHaveProperty('sheet');
  });

  test('that is very long or very wide keeps a legible short side, and comes as a sheet of its pieces too', async () => {
    const wide = await renderBytes(renderer, await redBlue(12_000, 1000).png().toBuffer(), 'png');
    const tall = await renderBytes(
      renderer,
      await sharp(await redBlue(12_000, 1000).png().toBuffer())
        .rotate(90)
        .png()
        .toBuffer(),
      'png',
    );

    expect(wide.pages).toMatchObject([{ widthPx: 9216, heightPx: 768, sheet: { isWhole: true } }]);
    expect(tall.pages).toMatchObject([{ widthPx: 768, heightPx: 9216, sheet: { isWhole: true } }]);
  });

  test('is turned as its EXIF orientation says', async () => {
    const { pages } = await renderBytes(
      renderer,
      await redBlue().withMetadata({ orientation: 6 }).jpeg().toBuffer(),
      'jpeg',
    );

    expect(pages).toMatchObject([{ widthPx: 100, heightPx: 200 }]);
    expect(await colourAt(pages[0], 0.5, 0.25)).toEqual(red);
  });

  test('stands on white where it is transparent', async () => {
    const background = { r: 0, g: 0, b: 0, alpha: 0 };
    const clear = sharp({ create: { width: 100, height: 100, channels: 4, background } });
    const { pages } = await renderBytes(renderer, await clear.png().toBuffer(), 'png');

    expect(await colourAt(pages[0], 0.5, 0.5)).toEqual(white);
    expect(pages).toMatchObject([{ isBlank: true }]);
  });

  test('gives the first frame of an animation, and every frame of a TIFF', async () => {
    const frames = [
      await redBlue().png().toBuffer(),
      await sharp(await redBlue().png().toBuffer())
        .flop()
        .png()
        .toBuffer(),
    ];
    const animation = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer();
    const scan = await sharp(frames, { join: { animated: true } })
      .tiff({ compression: 'lzw' })
      .toBuffer();

    const first = await renderBytes(renderer, animation, 'gif');
    const all = await renderBytes(renderer, scan, 'tiff');

    expect(first.facts.pageCount).toBe(1);
    expect(await colourAt(first.pages[0], 0.25, 0.5)).toEqual(red);
    expect(all.facts.pageCount).toBe(2);
    expect(await colourAt(all.pages[0], 0.25, 0.5)).toEqual(red);
    expect(await colourAt(all.pages[1], 0.25, 0.5)).toEqual(blue);
  });

  test('is refused before it is decoded when its header states too many pixels', async () => {
    const png = await redBlue().png().toBuffer();
    png.writeUInt32BE(60_000, 16);
    png.writeUInt32BE(60_000, 20);
    png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
    const bitmap = halfBlackBitmap({ width: 64, height: 40, bitsPerPixel: 24 });
    bitmap.writeInt32LE(60_000, 18);
    bitmap.writeInt32LE(60_000, 22);
    const detail = 'This image has 60000 x 60000 pixels; at most 100 million pixels are accepted.';

    await expect(renderBytes(renderer, png, 'png')).rejects.toMatchObject({ detail });
    await expect(renderBytes(renderer, bitmap, 'bmp')).rejects.toMatchObject({ detail });
  });

  test('that is cut off is drawn as far as it goes, with a warning', async () => {
    const jpeg = await redBlue(800, 800).jpeg().toBuffer();
    const { pages } = await renderBytes(renderer, jpeg.subarray(0, jpeg.length * 0.6), 'jpeg');

    expect(pages).toMatchObject([{ warnings: ['This image is damaged; part of it may be missing.'] }]);
    expect(await colourAt(pages[0], 0.25, 0.1)).toEqual(red);
  });

  test.each([
    ['jpeg', '\u00ff\u00d8\u00ff\u00e0 nothing of the kind'],
    ['png', '\u0089PNG\r\n\u001a\n'],
    ['gif', 'GIF89a'],
    ['tiff', 'II*\u0000\u0008\u0000\u0000\u0000'],
    ['bmp', 'BM no bitmap at all, but long enough for a header'],
  ] as const)('is refused when it is corrupt: %s', async (type, bytes) => {
    const job = renderBytes(renderer, Buffer.from(bytes, 'latin1'), type);

    await expect(job).rejects.toMatchObject({ code: 'document_corrupt', detail: expect.stringContaining('image') });
  });
});
