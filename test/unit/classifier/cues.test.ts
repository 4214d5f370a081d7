import { describe, expect, test } from 'vitest';
import { findCues } from '../../../src/classifier/built-in/cues.ts';
import { toPageLines } from '../../../src/classifier/built-in/page-lines.ts';

function cuesOf(text: string) {
  const page = { text, spans: [] };
  return findCues(toPageLines(page), page, undefined);
}

describe('findCues', () => {
  test.each([
    ['“a few words of hers”', 5, 1],
    ['„ein paar Worte von ihr“', 3, 0.5],
    ['«quelques mots « cités » ici»', 3, 0.5],
    ['"a few words of hers"', 1, 0],
    ['"too short"', 5, 0],
    ['„nie geschlossen, auch hier nicht', 5, 0],
  ])('counts %s for each passage beyond the first', (quote, times, expected) => {
    expect(cuesOf(`${quote}\n`.repeat(times)).quotes).toBe(expected);
  });

  test('looks once at each mark of a page of nothing but opening marks', () => {
    expect(cuesOf(`a${'«'.repeat(1990)}\n`.repeat(19)).quotes).toBe(0);
  });
});
