import { expect, test } from 'vitest';
import { measureConfidence } from '../../../src/classifier/openai/confidence.ts';

const options = ['invoice', 'contract'].map((name, index) => ({ code: 'AB'[index] ?? '', category: { name } }));
const category = { name: 'invoice' };

test('candidates have the probabilities of the tokens, without the digits that floating point adds', () => {
  const top_logprobs = [{ token: 'B', logprob: Math.log(1 - 0.9) }];
  const tokens = [{ token: 'A', logprob: Math.log(0.9), top_logprobs }];
  expect(1 - 0.9).not.toBe(0.1);

  const answer = { category, spelledAs: 'code', option: 'A', isObject: false, confidence: undefined } as const;

  expect(measureConfidence(answer, tokens, options)).toEqual({
    confidence: 0.9,
    confidenceSource: 'logprobs',
    candidates: [
      { name: 'invoice', confidence: 0.9 },
      { name: 'contract', confidence: 0.1 },
    ],
  });
});
