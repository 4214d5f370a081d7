import sharp from 'sharp';
import type { Pixels } from './pixels.ts';

/**
 * A long page cut into pieces that stand beside each other (a tall page) or below each other (a wide one), in reading
 * order.
 */
export interface PageSheet extends Pixels {
  /** False when pieces between the first and the last ones were left out, because the type would be too small. */
  readonly isWhole: boolean;
}

/** A page that is this much longer than the long side of a page image is still legible as a whole. */
const legibleAsWhole = 1.5;
/**
 * A sheet has the pixels of so many squares of a page image's long side: more is scaled down by models, less is harder
 * to read.
 */
const sheetSquares = 1.5;
/** Below this share of the long side, the short side of a receipt holds no legible type. */
const smallestShare = 0.21;
/** The overlap of a piece with the one before, so that no line of text is only there in halves. */
const overlapShare = 1 / 24;
/** A grey bar between two pieces. */
const gapPx = 16;
const gapColour = 128;

/**
 * Lays out a page that is far longer than `longSidePx`, so that a model which scales pictures down can read it;
 * undefined for a page of ordinary proportions, which is its own sheet.
 */
export async function layOutSheet(page: Pixels, longSidePx: number): Promise<PageSheet | undefined> {
  const short = Math.min(page.widthPx, page.heightPx);
  const long = Math.max(page.widthPx, page.heightPx);
  if (long <= longSidePx * legibleAsWhole) return undefined;
  const fitting = Math.sqrt((longSidePx * longSidePx * sheetSquares) / (short * long));
  const scale = Math.min(1, Math.max(fitting, (smallestShare * longSidePx) / short));
  const scaled = await scaleBy(page, scale);
  return putTogether(scaled, longSidePx, scale <= fitting);
}

async function scaleBy({ pixels, widthPx, heightPx, channels }: Pixels, scale: number): Promise<Pixels> {
  const { data, info } = await sharp(pixels, { raw: { width: widthPx, height: heightPx, channels } })
    .resize({
      width: Math.max(1, Math.round(widthPx * scale)),
      height: Math.max(1, Math.round(heightPx * scale)),
      fit: 'fill',
    })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { pixels: data, widthPx: info.width, heightPx: info.height, channels: 3 };
}

function putTogether(page: Pixels, longSidePx: number, fits: boolean): PageSheet {
  const isTall = page.heightPx > page.widthPx;
  const long = Math.max(page.widthPx, page.heightPx);
  const short = Math.min(page.widthPx, page.heightPx);
  const overlap = Math.round(longSidePx * overlapShare);
  const needed = Math.max(1, Math.ceil((long - overlap) / (longSidePx - overlap)));
  const length = Math.min(long, Math.ceil((long + (needed - 1) * overlap) / needed));
  const starts = chooseStarts({ needed, long, length, overlap }, fits ? needed : roomFor(longSidePx, short));
  const across = starts.length * (short + gapPx) - gapPx;
  const sheet = {
    pixels: new Uint8Array(length * across * 3).fill(gapColour),
    widthPx: isTall ? across : length,
    heightPx: isTall ? length : across,
  };
  for (const [index, start] of starts.entries()) {
    const offset = index * (short + gapPx);
    const [left, top] = isTall ? [offset, 0] : [0, offset];
    const [fromX, fromY] = isTall ? [0, start] : [start, 0];
    const rowBytes = (isTall ? short : length) * 3;
    for (let y = 0; y < (isTall ? length : short); y++) {
      const from = ((fromY + y) * page.widthPx + fromX) * 3;
      sheet.pixels.set(page.pixels.subarray(from, from + rowBytes), ((top + y) * sheet.widthPx + left) * 3);
    }
  }
  return { ...sheet, channels: 3, isWhole: starts.length === needed };
}

function roomFor(longSidePx: number, short: number): number {
  return Math.max(2, Math.floor((longSidePx * sheetSquares) / short));
}

/**
 * Chooses the pieces: all, or else the first ones and the last. A document's head says what it is, its end what it
 * comes to.
 */
function chooseStarts(
  { needed, long, length, overlap }: Readonly<Record<'needed' | 'long' | 'length' | 'overlap', number>>,
  room: number,
): number[] {
  const all = Array.from({ length: needed }, (_, index) => Math.min(long - length, index * (length - overlap)));
  return needed <= room ? all : [...all.slice(0, room - 1), ...all.slice(-1)];
}
