import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { hasInk } from '../../../src/pdf/ink.ts';
import type { Pixels } from '../../../src/pdf/pixels.ts';

const page = { width: 1086, height: 1536 } as const;

/** A sheet as a scanner sees it: toned paper, noise, JPEG artefacts, and what is drawn on it. */
async function scan(svg: string, paper = '#f4f1ea'): Promise<Pixels> {
  const noise = { type: 'gaussian', mean: 128, sigma: 12 } as const;
  const grain = await sharp({ create: { ...page, channels: 3, background: '#808080', noise } })
    .png()
    .toBuffer();
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="${page.width}" height="${page.height}">${svg}</svg>`;
  const jpeg = await sharp({ create: { ...page, channels: 3, background: paper } })
    .composite([{ input: Buffer.from(drawing) }, { input: grain, blend: 'soft-light' }])
    .jpeg({ quality: 60 })
    .toBuffer();
  const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
  return { pixels: data, widthPx: info.width, heightPx: info.height, channels: 3 };
}

/** Writing as strokes, since a machine may have no font. */
function strokes(path: string, colour: string): string {
  return `<path d="${path}" stroke="${colour}" stroke-width="3" fill="none"/>`;
}

function punched(...places: readonly number[]): string {
  return places.map((y) => `<circle cx="58" cy="${y}" r="16" fill="#333"/>`).join('');
}

/** From dark to clear, in this direction. */
function shadow(direction: string, darkness: number): string {
  const stops = `<stop offset="0" stop-opacity="${darkness}"/><stop offset="1" stop-opacity="0"/>`;
  return `<linearGradient id="shade" ${direction}>${stops}</linearGradient><rect width="1086" height="1536" fill="url(#shade)"/>`;
}

/** Dust: dots of up to 2.5 px radius, the same in each run. */
function dust(count: number): string {
  return Array.from({ length: count }, (_, index) => {
    const x = 60 + ((index * 7919) % 960);
    const y = 60 + ((index * 104_729) % 1400);
    return `<circle cx="${x}" cy="${y}" r="${1 + (index % 4) / 2}" fill="#222"/>`;
  }).join('');
}

describe('hasInk', () => {
  test.each([
    ['an empty sheet', ''],
    ['dust', dust(40)],
    ['a dark edge', '<rect width="20" height="1536" fill="#111"/>'],
    [
      'the faint outline of the sheet',
      '<rect x="50" y="50" width="980" height="1430" fill="none" stroke="#dcd9d2" stroke-width="3"/>',
    ],
    ['punched holes', punched(400, 1100)],
    ['four punched holes', punched(200, 560, 960, 1320)],
    ['the shadow at the edge of a sheet', shadow('x1="0" x2="0.08"', 0.55)],
    ['the shadow in the fold of a book', shadow('x1="0" x2="0.2"', 0.8)],
    ['uneven light', shadow('x1="0" y1="0" x2="1" y2="1"', 0.3)],
    ['print that shines through', strokes('M200 400l20-30 20 30 20-30 20 30 20-30 20 30', '#e2dfd8')],
  ])('finds none in %s', async (_, svg) => {
    expect(hasInk(await scan(svg))).toBe(false);
  });

  test.each([
    [
      'one short word',
      strokes(
        'M500 683l6 17 6-17M518 691a6 8 0 1 0 12 0a6 8 0 1 0-12 0M536 683v17M542 683v17h4a8 8 0 0 0 0-17h-4',
        '#222',
      ),
    ],
    [
      'one short word beside punched holes',
      `${punched(400, 1100)}${strokes('M70 683l6 17 6-17M88 691a6 8 0 1 0 12 0', '#222')}`,
    ],
    [
      'a word in the shadow of a book',
      `${shadow('x1="0" x2="0.2"', 0.8)}${strokes('M90 683l6 17 6-17 9 17 6-17', '#222')}`,
    ],
    ['a disc that stands alone', '<circle cx="60" cy="400" r="18" fill="#333"/>'],
    ['a hairline across the sheet', '<rect x="100" y="700" width="800" height="2" fill="#333"/>'],
    ['pencil', strokes('M300 500l20-30 20 30 20-30 20 30 20-30 20 30', '#909090')],
    ['blue handwriting', strokes('M200 300 q 40 -60 80 0 t 80 0 t 80 0', '#2244aa')],
    ['a picture', '<rect x="300" y="300" width="400" height="400" fill="#6080a0"/>'],
  ])('finds %s', async (_, svg) => {
    expect(hasInk(await scan(svg))).toBe(true);
  });

  /** Words on one line, as a program draws them and as they look on a scan with the noise of its sensor. */
  async function typed(
    y: number,
    contrast: number,
    { noise, blur = 0, lines = 1 }: { readonly noise: number; readonly blur?: number; readonly lines?: number },
  ) {
    const shade = 250 - contrast;
    const words = Array.from(
      { length: 12 * lines },
      (_, index) => `M${200 + (index % 12) * 30} ${y + Math.floor(index / 12) * 50}v14m0 -14h9v7h-9m14 7v-14m5 0v14`,
    );
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${page.width}" height="${page.height}"><path d="${words.join('')}" stroke="rgb(${shade},${shade},${shade})" stroke-width="3" fill="none"/></svg>`;
    const drawing = sharp(Buffer.from(svg)).flatten({ background: '#fafafa' });
    const { data } = await (blur > 0 ? drawing.blur(blur) : drawing).raw().toBuffer({ resolveWithObject: true });
    // A sum of four numbers of one generator (Park and Miller) is near enough to a normal one, and the same in each
    // run.
    let seed = 7;
    const next = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647 - 0.5;
    const pixels = data.map((value) =>
      Math.min(255, Math.max(0, value + noise * 1.7 * (next() + next() + next() + next()))),
    );
    return { pixels, widthPx: page.width, heightPx: page.height, channels: 3 } as const;
  }

  test.each([
    ['faint type that a program drew', 400, 43, { noise: 0 }],
    ['faint type on a scan', 400, 48, { noise: 3 }],
    ['a page of very faint type that a program drew', 200, 8, { noise: 0, lines: 15 }],
    ['a page of very faint type on a scan', 200, 25, { noise: 2, lines: 15 }],
    ['type in the top margin alone', 5, 200, { noise: 2 }],
    ['type in the bottom margin alone', page.height - 20, 200, { noise: 0 }],
  ] as const)('finds %s', async (_, y, contrast, how) => {
    expect(hasInk(await typed(y, contrast, how))).toBe(true);
  });

  test.each([
    ['type that shines through', 400, 40, { noise: 3, blur: 2 }],
    ['a page of type that shines through', 200, 40, { noise: 1, blur: 2, lines: 15 }],
    ['a sheet that is noisy', 400, 0, { noise: 8 }],
  ] as const)('finds none in %s', async (_, y, contrast, how) => {
    expect(hasInk(await typed(y, contrast, how))).toBe(false);
  });

  test.each([
    ['a soft fold', '<rect x="0" y="700" width="1086" height="5" fill="#cfccc5"/>'],
    [
      'a ragged dark edge',
      `<path d="M0 0H20${Array.from({ length: 150 }, (_, i) => `L${16 + ((i * 37) % 9)} ${i * 10 + 10}`).join('')}V1536H0Z" fill="#111"/>`,
    ],
  ])('finds none in %s', async (_, svg) => {
    expect(hasInk(await scan(svg))).toBe(false);
  });

  test('finds a pale area that somebody filled', async () => {
    const { data, info } = await sharp({ create: { ...page, channels: 3, background: '#fff' } })
      .composite([
        { input: { create: { width: 150, height: 150, channels: 3, background: '#ffd6ff' } }, left: 100, top: 300 },
      ])
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });

    expect(hasInk({ pixels: data, widthPx: info.width, heightPx: info.height, channels: 3 })).toBe(true);
  });

  test('takes paper of any colour for paper', async () => {
    expect(hasInk(await scan('', '#3060a0'))).toBe(false);
    expect(hasInk(await scan(strokes('M300 500l20-30 20 30 20-30 20 30 20-30 20 30', '#fff'), '#3060a0'))).toBe(true);
  });

  test.each([
    [1, 1536],
    [1536, 1],
    [1, 1],
  ])('accepts a page of %i x %i pixels', (widthPx, heightPx) => {
    const pixels = new Uint8Array(widthPx * heightPx * 4).fill(255);

    expect(hasInk({ pixels, widthPx, heightPx, channels: 4 })).toBe(false);
  });
});
