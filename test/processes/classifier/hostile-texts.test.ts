import { pino } from 'pino';
import { afterAll, describe, expect, test } from 'vitest';
import { createScoringPool } from '../../../src/classifier/built-in/scoring-pool.ts';
import { buildPage } from '../../support/classifiable-page.ts';
import { hostileTexts } from '../../support/hostile-texts.ts';
import { pageRequest } from '../../support/model-classifier.ts';

const pool = createScoringPool({
  ocr: { recognise: async () => ({ text: '', spans: [] }) },
  logger: pino({ level: 'silent' }),
  processes: 2,
});
afterAll(() => pool[Symbol.asyncDispose]());

const categories = [{ name: 'invoice' }, { name: 'letter' }];

describe('a text made to be slow', () => {
  test.each(hostileTexts)(
    'is judged within the time for a page, as a page and as a question: $what',
    async ({ at }) => {
      const page = buildPage({ text: at(60_000), image: null });
      const question = Array.from({ length: 200 }, (_, index) => ({
        name: at(190).slice(0, 190) + index,
        description: at(1900).slice(0, 1900),
      }));
      const instructions = at(3900).slice(0, 3900);

      const answers = [
        await pool.classifyPage(pageRequest({ page, categories })),
        await pool.classifyPage(pageRequest({ page, categories: question, instructions })),
      ];

      expect(answers.map(({ confidenceSource }) => confidenceSource)).toEqual(['word-scores', 'word-scores']);
    },
  );
});
