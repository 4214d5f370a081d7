import { array, assert, asyncProperty, constantFrom, oneof, property, string } from 'fast-check';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { foldText, squeeze, stem } from '../../../src/classifier/built-in/fold-text.ts';
import { indexedKinds } from '../../../src/classifier/built-in/kind-index.ts';
import { findNames } from '../../../src/classifier/built-in/kind-names.ts';
import { scoreCategories } from '../../../src/classifier/built-in/score-categories.ts';
import { tokenize } from '../../../src/classifier/built-in/tokenize.ts';
import { understandCategories } from '../../../src/classifier/built-in/understand-category.ts';

/** What is found by comparing with every name of every kind at every place: slow, and plain to see. */
function compareWithEveryName(words: readonly string[]): string[] {
  const stems = words.map((word) => stem(word));
  const whole = squeeze(words.join(''));
  return indexedKinds.flatMap((kind) =>
    [...kind.names, ...kind.alsoCalled].flatMap((phrase) => {
      const place = stems.findIndex((_, start) => phrase.stems.every((word, offset) => stems[start + offset] === word));
      const isLastPart = phrase.stems.length === 1 && phrase.squeezed.length >= 6 && whole.endsWith(phrase.squeezed);
      if (phrase.squeezed === whole || (stems.length === 1 && isLastPart)) return [`${kind.id} ${phrase.key} 0`];
      return phrase.stems.length === 0 || place < 0 ? [] : [`${kind.id} ${phrase.key} ${place}`];
    }),
  );
}

async function countTurns(until: AbortSignal): Promise<number> {
  for (let turns = 0; ; turns++) {
    if (until.aborted) return turns;
    await nextTurn();
  }
}

const names = indexedKinds.flatMap((kind) => [...kind.names, ...kind.alsoCalled].map(({ text }) => text));
const strange = string({ unit: 'binary', maxLength: 12 });
const text = array(oneof(constantFrom(...names), constantFrom('of', 'the', 'x 12', '書', 'a'), strange), {
  maxLength: 6,
});

describe('findNames', () => {
  test('finds what a comparison with every name finds', () => {
    assert(
      property(text, (parts) => {
        const words = tokenize(foldText(parts.join(' ')));
        const found = findNames(words).map(({ kind, phrase, position }) => `${kind.id} ${phrase.key} ${position}`);
        expect(found.toSorted()).toEqual(compareWithEveryName(words).toSorted());
      }),
      { numRuns: 300 },
    );
  });
});

describe('understandCategories', () => {
  test('means the same by a category that it has met before, whatever stands beside it', async () => {
    const pause = async (): Promise<void> => undefined;
    const categories = array(
      text.map((parts) => ({ name: parts.join(' '), description: parts.toReversed().join(' ') })),
      { minLength: 1, maxLength: 5 },
    );
    await assert(
      asyncProperty(categories, async (list) => {
        const first = await understandCategories(list, pause);
        expect(await understandCategories(list, pause)).toEqual(first);
        expect(first.map(({ category }) => category)).toEqual(list);
      }),
      { numRuns: 50 },
    );
  });
});

describe('scoreCategories', () => {
  test('lets everything else of the process have its turn while it reads a book of categories', async () => {
    const han = (length: number, seed: number): string =>
      String.fromCodePoint(
        ...Array.from({ length }, (_, index) => 0x4e00 + ((index * 7919 + seed * 104_729) % 20_000)),
      );
    const categories = Array.from({ length: 200 }, (_, index) => ({
      name: han(200, index),
      description: han(2000, index + 500),
    }));
    const finished = new AbortController();
    const turnsOfOthers = countTurns(finished.signal);

    const scores = await scoreCategories({ text: '請求書', spans: [] }, undefined, categories);
    finished.abort();

    expect(scores.categories).toHaveLength(200);
    expect(await turnsOfOthers).toBeGreaterThan(1);
  });
});
