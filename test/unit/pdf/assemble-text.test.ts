import { describe, expect, test } from 'vitest';
import { assembleText, maxSpans, type TextRun } from '../../../src/pdf/assemble-text.ts';

const page = { width: 1000, height: 2000 };

/** A run in 20 px type that starts at `x`, `y`; each letter is 10 px wide. */
function run(text: string, x: number, y: number, more: Partial<TextRun> = {}): TextRun {
  const matrix = [20, 0, 0, -20, x, y] as const;
  return { text, matrix, advance: text.length * 10, isVertical: false, endsLine: false, ...more };
}

const maxCharacters = 50_000;
const assemble = (runs: Iterable<TextRun>, on: typeof page) => assembleText(runs, on, maxCharacters);

describe('assembleText', () => {
  test('joins runs that touch to one word and separates those with a gap', () => {
    expect(assemble([run('Inv', 100, 100), run('oice', 130, 100), run('No', 190, 100)], page).text).toBe('Invoice No');
  });

  test('keeps the spaces that stand in runs of their own', () => {
    expect(assemble([run('Total', 100, 100), run(' ', 150, 100), run('12', 152, 100)], page).text).toBe('Total 12');
  });

  test('begins a line where a run ends one or the baseline changes', () => {
    const runs = [run('one', 100, 100, { endsLine: true }), run('two', 100, 100.5), run('three', 100, 140)];

    expect(assemble(runs, page).text).toBe('one\ntwo\nthree');
  });

  test('keeps superscripts on their line', () => {
    const small = { matrix: [10, 0, 0, -10, 130, 92] as const, advance: 5 };

    expect(assemble([run('E=m', 100, 100), run('2', 130, 92, small)], page).text).toBe('E=m2');
  });

  test('keeps the order of the content, also where it runs backwards', () => {
    expect(assemble([run('world', 300, 100), run('hello', 100, 100)], page).text).toBe('world hello');
  });

  test('places a span as fractions of the page, origin top left', () => {
    expect(assemble([run('Title', 100, 216)], page).spans).toEqual([
      { text: 'Title', x: 0.1, y: 0.1, width: 0.05, height: 0.01 },
    ]);
  });

  test('gives turned text its own lines, and the height of its font', () => {
    const upwards = run('margin', 50, 1000, { matrix: [0, -20, -20, 0, 50, 1000] });

    const { text, spans } = assemble([run('body', 100, 1000), upwards, run('text', 140, 1000)], page);

    expect(text).toBe('body\nmargin\ntext');
    expect(spans[1]).toEqual({ text: 'margin', x: 0.034, y: 0.47, width: 0.02, height: 0.01 });
  });

  test('follows vertical writing downwards', () => {
    const vertical = { isVertical: true, advance: 40 };

    expect(assemble([run('日本', 500, 100, vertical), run('語', 500, 140, vertical)], page).text).toBe('日本語');
  });

  test('leaves out what is outside the page, has no size or no finite place', () => {
    const runs = [
      run('left of it', -500, 100),
      run('below it', 100, 2500),
      run('no size', 100, 100, { matrix: [0, 0, 0, 0, 100, 100] }),
      run('nowhere', 100, 100, { matrix: [20, 0, 0, -20, Number.NaN, 100] }),
      run('seen', 100, 100),
    ];

    expect(assemble(runs, page)).toMatchObject({ text: 'seen', spans: [{ text: 'seen' }] });
  });

  test('reads a word once that is printed twice to look bold', () => {
    expect(assemble([run('PAID', 100, 100), run('PAID', 100.4, 100)], page).text).toBe('PAID');
  });

  test('replaces control characters', () => {
    expect(assemble([run('a\u0000\u0007b\tc', 100, 100)], page).text).toBe('a b c');
  });

  test('is bounded however much text there is', () => {
    const runs = Array.from({ length: maxSpans * 2 }, (_, index) => run('0123456789', 0, index / 100));

    const { text, spans } = assemble(runs, page);

    expect(text.length).toBeLessThanOrEqual(maxCharacters);
    expect(spans.length).toBeLessThanOrEqual(maxSpans);
  });
});
