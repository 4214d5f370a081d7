import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { createBuiltInClassifier } from '../../src/classifier/built-in/built-in-classifier.ts';
import { createCascadeClassifier } from '../../src/classifier/cascade/cascade-classifier.ts';
import type { PageClassification, PageClassifier } from '../../src/classifier/page-classifier.ts';
import { buildPage } from '../support/classifiable-page.ts';
import { describePageClassifier } from './page-classifier.contract.ts';

const builtIn = createBuiltInClassifier({ ocr: { recognise: async () => ({ text: '', spans: [] }) } });
const categories = ['invoice', 'letter', 'contract', 'resume'].map((name) => ({ name }));

/** A second classifier that always says letter, and counts how often it was asked. */
function createCascade(sureFrom: number) {
  const asked: number[] = [];
  const lines: string[] = [];
  const second: PageClassifier = {
    name: 'openai',
    model: 'model',
    async classifyPage({ page }): Promise<PageClassification> {
      asked.push(page.pageNumber);
      const candidates = [{ name: 'letter', confidence: 0.7 }];
      return {
        classification: 'letter',
        rawResult: 'letter',
        confidence: 0.7,
        confidenceSource: 'logprobs',
        candidates,
      };
    },
  };
  const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  return { asked, lines, classifier: createCascadeClassifier({ first: builtIn, second, sureFrom, logger }) };
}

function classify(classifier: PageClassifier, text: string): Promise<PageClassification> {
  const signal = new AbortController().signal;
  return classifier.classifyPage({ page: buildPage({ text }), categories, seed: 'job-1', signal });
}

const alwaysSure = createCascade(0);
describePageClassifier('the cascade', { classifier: () => alwaysSure.classifier, isDeterministic: true });

describe('the cascade', () => {
  test('asks no model where the built-in classifier is sure, and says which of them decided', async () => {
    const { classifier, asked } = createCascade(0.8);

    const answer = await classify(classifier, 'INVOICE\nInvoice number 7\nBill to: Example Ltd\nTotal due 504.00');

    expect(asked).toStrictEqual([]);
    expect(answer).toMatchObject({ classification: 'invoice', confidenceSource: 'word-scores' });
    expect(answer.usage).toStrictEqual({ inputTokens: 0, outputTokens: 0 });
  });

  test('asks the model where it is unsure, and gives its answer', async () => {
    const { classifier, asked } = createCascade(0.8);

    const answer = await classify(classifier, 'Twinkle twinkle little star');

    expect(asked).toStrictEqual([1]);
    expect(answer).toMatchObject({ classification: 'letter', confidenceSource: 'logprobs' });
  });

  test('asks the model where the built-in classifier finds that nothing fits, however sure of it', async () => {
    const { classifier, asked } = createCascade(0.5);
    const page = buildPage({ text: 'lorem ipsum dolor' });
    const { signal } = new AbortController();

    const answer = await classifier.classifyPage({ page, categories, seed: 'job-1', signal, mayBeUnknown: true });

    expect(asked).toStrictEqual([1]);
    expect(answer.classification).toBe('letter');
  });

  test('counts in the log the model calls that it made and saved, and logs nothing of the page', async () => {
    const { classifier, lines } = createCascade(0.8);

    await classify(classifier, 'INVOICE\nInvoice number 7\nBill to: Example Ltd\nTotal due 504.00');
    await classify(classifier, 'Twinkle twinkle little star');

    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
      { decidedBy: 'built-in', modelCalls: 0, modelCallsSaved: 1 },
      { decidedBy: 'openai', modelCalls: 1, modelCallsSaved: 1 },
    ]);
    expect(lines.join('')).not.toContain('Twinkle');
  });
});
