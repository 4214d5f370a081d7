import { createCanvas } from '@napi-rs/canvas';
import { beforeAll, describe, expect, test } from 'vitest';
import { registerFallbackFonts } from '../../../src/pdf/fallback-fonts.ts';

beforeAll(() => {
  registerFallbackFonts(new URL('standard_fonts/', import.meta.resolve('pdfjs-dist/package.json')));
});

/** What a canvas draws for a character, as one string. */
function drawn(character: string, font: string): string {
  const context = createCanvas(60, 60).getContext('2d');
  context.font = `40px ${font}`;
  context.fillText(character, 10, 45);
  return context.canvas.data().toString('base64');
}

describe('text whose font is not on this machine', () => {
  test.each([
    ['simplified Chinese', '龙编'],
    ['traditional Chinese', '龍灣'],
    ['Japanese', '働あ'],
    ['Korean', '한국'],
    ['Cyrillic', 'ЖЯ'],
    ['Greek', 'Ωλ'],
  ])('has glyphs for %s, not boxes', (_, [first = '', second = '']) => {
    const box = drawn('\u{10fff0}', '"No such font", serif');

    const glyphs = [first, second].map((character) => drawn(character, '"No such font", serif'));

    expect(new Set([...glyphs, box]).size).toBe(3);
  });

  test('keeps serif, sans-serif and monospace apart', () => {
    const letters = ['serif', 'sans-serif', 'monospace'].map((family) => drawn('a', `"No such font", ${family}`));

    expect(new Set(letters).size).toBe(3);
  });
});
