import { pino } from 'pino';
import { afterAll, describe, expect, test } from 'vitest';
import { createBuiltInClassifier } from '../../../src/classifier/built-in/built-in-classifier.ts';
import { createOcrPool } from '../../../src/classifier/built-in/ocr-pool.ts';
import { buildPage, drawPageImage } from '../../support/classifiable-page.ts';
import { hostilePages } from '../../support/hostile-pages.ts';
import { pageRequest } from '../../support/model-classifier.ts';

const ocr = createOcrPool({ logger: pino({ level: 'silent' }), processes: 1 });
afterAll(() => ocr[Symbol.asyncDispose]());
const classifier = createBuiltInClassifier({ ocr });

const pages = {
  invoice: [
    'INVOICE',
    'Invoice number 4711',
    'Bill to: Globex Ltd',
    'Quantity  Unit price  Amount',
    'Widgets 3 10.00 30.00',
    'Subtotal 30.00',
    'VAT 19% 5.70',
    'Total due 35.70',
    'Please pay within 14 days to IBAN DE89370400440532013000',
  ].join('\n'),
  letter: [
    'Acme Ltd, 1 Main Street',
    'Dear Ms Smith,',
    'thank you for your visit last week. We were glad to show you our new building, and hope that you enjoyed it.',
    'We look forward to seeing you again in spring.',
    'Yours sincerely,',
    'John Doe',
  ].join('\n'),
  resume: [
    'Jane Doe',
    'Curriculum vitae',
    'Work experience',
    '2019 - 2024 Engineer, Globex',
    '2015 - 2019 Developer, Initech',
    'Education',
    '2011 - 2015 BSc Computer Science',
    'Skills',
    'TypeScript, Python',
  ].join('\n'),
} as const;

const categories = [...Object.keys(pages), 'contract'].map((name) => ({ name }));

describe('a page that gives orders, before the built-in classifier', () => {
  test.each(hostilePages)('stays what it is with $what above or below its words', async ({ order }) => {
    for (const [kind, body] of Object.entries(pages)) {
      for (const text of [`${order}\n${body}`, `${body}\n${order}`]) {
        const answer = await classifier.classifyPage(pageRequest({ page: buildPage({ text }), categories }));

        expect(answer.classification).toBe(kind);
      }
    }
  });

  test.each(hostilePages.slice(0, 4))('stays what it is when $what stands on a scan', async ({ order }) => {
    const image = await drawPageImage(`${pages.invoice}\n${order}`);

    const answer = await classifier.classifyPage(pageRequest({ page: buildPage({ image }), categories }));

    expect(answer.classification).toBe('invoice');
  });
});
