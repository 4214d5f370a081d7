import { crc32 } from 'node:zlib';
import { pino } from 'pino';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DrawableType } from '../../../src/domain/document.ts';
import { createDocumentRenderer, type RenderPool } from '../../../src/pdf/render-pool.ts';
import { halfBlackBitmap } from '../../support/bitmaps.ts';
import { colourAt, fixture, renderBytes, renderFile } from '../../support/rendering.ts';
import { halves, writeTiff, type TiffFrame } from '../../support/tiff.ts';

const logger = pino({ level: 'silent' });
let renderer: RenderPool;

beforeAll(() => {
  renderer = createDocumentRenderer({ logger, processes: 1 });
});

afterAll(() => renderer[Symbol.asyncDispose]());

const black = [0, 0, 0];
const white = [256, 256, 256];
const size = { width: 200, height: 100 } as const;
const damaged = 'This image is damaged; part of it may be missing.';

const page = (background = '#ffffff') => sharp({ create: { ...size, channels: 3, background } });
const tiff = (frame: Pick<TiffFrame, 'pixels' | 'tags'>): Buffer => writeTiff([{ ...size, ...frame }]);
const grey = (left: number, right: number): Buffer =>
  halves(size, 1, (bytes, at, isLeft) => bytes.writeUInt8(isLeft ? left : right, at));
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

describe('pixels that are not as high as wide', () => {
  test('are drawn square: a fax', async () => {
    const { pages } = await renderFile(renderer, fixture('fax-204x98.tif'), 'tiff');

    expect(pages).toMatchObject([{ widthPx: 1114, heightPx: 1536, isBlank: false }]);
  });

  test.each([
    ['twice as dense across', 200, 100, { widthPx: 200, heightPx: 200 }],
    ['twice as dense down', 100, 200, { widthPx: 400, heightPx: 100 }],
    ['as good as square', 204, 196, { widthPx: 200, heightPx: 100 }],
    ['a density that cannot be', 6000, 1, { widthPx: 200, heightPx: 100 }],
    ['no density at all', 0, 0, { widthPx: 200, heightPx: 100 }],
  ] as const)('are drawn square in every format: %s', async (_, across, down, expected) => {
    const jpeg = await page().jpeg().toBuffer();
    const jfif = Buffer.from('\xff\xe0\0\x10JFIF\0\x01\x02\x01\0\0\0\0\0\0', 'latin1');
    jfif.writeUInt16BE(across, 12);
    jfif.writeUInt16BE(down, 14);
    const png = await page().png().toBuffer();
    const chunk = Buffer.from('\0\0\0\x09pHYs\0\0\0\0\0\0\0\0\x01\0\0\0\0', 'latin1');
    chunk.writeUInt32BE(across, 8);
    chunk.writeUInt32BE(down, 12);
    chunk.writeUInt32BE(crc32(chunk.subarray(4, 17)), 17);
    const bitmap = halfBlackBitmap({ ...size, bitsPerPixel: 24 });
    bitmap.writeInt32LE(across, 38);
    bitmap.writeInt32LE(down, 42);
    const scan = tiff({
      pixels: grey(0, 255),
      tags: [
        [282, across],
        [283, down],
      ],
    });
    const files = [
      [Buffer.concat([jpeg.subarray(0, 2), jfif, jpeg.subarray(2)]), 'jpeg'],
      [Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33)]), 'png'],
      [bitmap, 'bmp'],
      [scan, 'tiff'],
    ] as const;

    for (const [bytes, type] of files)
      expect((await renderBytes(renderer, bytes, type)).pages).toMatchObject([expected]);
  });

  test('are told apart from a page that lies on its side', async () => {
    const scan = tiff({
      pixels: grey(0, 255),
      tags: [
        [274, 6],
        [282, 100],
        [283, 200],
      ],
    });

    expect((await renderBytes(renderer, scan, 'tiff')).pages).toMatchObject([{ widthPx: 100, heightPx: 400 }]);
  });
});

describe('a picture on nothing', () => {
  const strokes = (colour: string): Buffer =>
    Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100"><path d="M20 20v60M50 20v60M80 20v60M20 50h60" stroke="${colour}" stroke-width="8"/></svg>`,
    );

  test.each([
    ['white', 'png', black],
    ['white', 'webp', black],
    ['white', 'gif', black],
    ['white', 'tiff', black],
    ['#dddddd', 'png', black],
    ['black', 'png', white],
    ['#3366aa', 'png', white],
  ] as const)('stands on a ground that shows it: %s, %s', async (colour, type, ground) => {
    const bytes = await sharp(strokes(colour)).toFormat(type).toBuffer();
    const { pages } = await renderBytes(renderer, bytes, type);

    expect(pages).toMatchObject([{ isBlank: false }]);
    expect(await colourAt(pages[0], 0.75, 0.5)).toEqual(ground);
  });

  test('is opaque where its alpha was left empty by mistake', async () => {
    const pixels = halves(size, 4, (bytes, at, isLeft) => bytes.fill(isLeft ? 0 : 255, at, at + 3));
    expect(
      await drawHalves(
        await sharp(pixels, { raw: { ...size, channels: 4 } })
          .png()
          .toBuffer(),
        'png',
      ),
    ).toMatchObject(blackAndWhite);
  });
});

describe('a file with several pictures', () => {
  const picture = (side: number, kind: number, tag = 254): TiffFrame => ({
    width: side,
    height: side,
    pixels: Buffer.alloc(side * side),
    tags: [[tag, kind]],
  });

  test.each([
    ['a thumbnail first', [picture(16, 1), picture(64, 0)], 1],
    ['a thumbnail by the older tag', [picture(16, 2, 255), picture(64, 1, 255)], 1],
    ['a mask behind a page', [picture(64, 2), picture(64, 4)], 1],
    ['smaller versions behind a page', [picture(64, 0), picture(32, 1), picture(16, 1)], 1],
    ['a thumbnail with the picture below it', [{ ...picture(16, 1), below: picture(64, 0) }], 1],
    ['a thumbnail alone', [picture(64, 1)], 1],
    ['pages', [picture(64, 2), picture(64, 2), picture(64, 2)], 3],
  ] as const)('has as many pages as it has pictures of its own: %s', async (_, frames, pageCount) => {
    const { facts, pages } = await renderBytes(renderer, writeTiff(frames), 'tiff');

    expect(facts.pageCount).toBe(pageCount);
    expect(pages[0]).toMatchObject({ widthPx: 64, heightPx: 64 });
  });

  test('shows the first frame with ink of an animation', async () => {
    const gif = await renderFile(renderer, fixture('blank-first-frame.gif'), 'gif');
    const halfBlack = await sharp(grey(0, 255), { raw: { ...size, channels: 1 } })
      .png()
      .toBuffer();
    const webp = await sharp([await page().png().toBuffer(), halfBlack], { join: { animated: true } })
      .webp({ lossless: true })
      .toBuffer();
    const drawn = await renderBytes(renderer, webp, 'webp');

    expect(gif).toMatchObject({ facts: { pageCount: 1 }, pages: [{ isBlank: false }] });
    expect(drawn).toMatchObject({ facts: { pageCount: 1 }, pages: [{ isBlank: false }] });
    expect(await colourAt(drawn.pages[0], 0.25, 0.5)).toEqual(black);
  });
});

describe('a bitmap that is cut off', () => {
  test('is drawn as far as it goes, with a warning', async () => {
    const bitmap = halfBlackBitmap({ ...size, bitsPerPixel: 24, isTopDown: true });
    const { pages } = await renderBytes(renderer, bitmap.subarray(0, bitmap.length / 2), 'bmp');

    expect(pages).toMatchObject([{ warnings: [damaged] }]);
    expect(await colourAt(pages[0], 0.75, 0.2)).toEqual(white);
  });

  test('has no page where nothing is left of its pixels', async () => {
    const bitmap = halfBlackBitmap({ ...size, bitsPerPixel: 24 });

    await expect(renderBytes(renderer, bitmap.subarray(0, 54), 'bmp')).rejects.toMatchObject({
      code: 'document_corrupt',
    });
  });
});
