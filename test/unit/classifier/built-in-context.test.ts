import { assert, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createBuiltInClassifier } from '../../../src/classifier/built-in/built-in-classifier.ts';
import { withInstructions } from '../../../src/classifier/built-in/instructions.ts';
import type { PageClassification, PageClassificationRequest } from '../../../src/classifier/page-classifier.ts';
import { buildPage } from '../../support/classifiable-page.ts';

const categories = ['invoice', 'invoice correction', 'expenses', 'letter'].map((name) => ({ name }));

async function classify(request: Partial<PageClassificationRequest>): Promise<PageClassification> {
  return await createBuiltInClassifier({ ocr: { recognise: async () => ({ text: '', spans: [] }) } }).classifyPage({
    page: buildPage({ text: '' }),
    categories,
    seed: 'job-1:1',
    signal: new AbortController().signal,
    ...request,
  });
}

/** Which categories the instructions lend words to, and which. */
function lent(instructions: string): Record<string, string | undefined> {
  const given = withInstructions(categories, instructions);
  return Object.fromEntries(given.flatMap((each) => ('description' in each ? [[each.name, each.description]] : [])));
}

describe('instructions to the built-in classifier', () => {
  test.each<[string, string[]]>([
    ['Receipts from restaurants are expenses.', ['expenses']],
    ['Treat a reminder as an invoice', ['invoice']],
    ['INVOICES come from suppliers; letters come from people', ['invoice', 'letter']],
    ['An invoice correction says what it corrects.', ['invoice correction']],
    ['Rechnungen sind selten. Letters are signed!', ['letter']],
  ])('lend the words of a sentence to the one category that it names: %s', (instructions, names) => {
    expect(Object.keys(lent(instructions))).toStrictEqual(names);
  });

  test.each([
    'Reminders are not invoices.',
    "Don't call a reminder an invoice.",
    'A letter with amounts is an invoice.',
    'Rechnungen ohne Datum sind kein letter.',
    'Look closely.',
    '',
  ])('lend nothing where a sentence names none or several, or negates: %j', (instructions) => {
    expect(lent(instructions)).toStrictEqual({});
  });

  test('stand beside what the description says', () => {
    const [category] = withInstructions([{ name: 'expenses', description: 'Money spent' }], 'Taxi rides are expenses.');

    expect(category).toStrictEqual({ name: 'expenses', description: 'Money spent. Taxi rides are expenses.' });
  });

  test('change no name and no order, whatever they say', () => {
    assert(
      property(string({ unit: 'binary' }), (instructions) => {
        expect(withInstructions(categories, instructions).map(({ name }) => name)).toStrictEqual(
          categories.map(({ name }) => name),
        );
      }),
    );
  });

  test('decide where the names alone say nothing', async () => {
    const page = buildPage({ text: 'Boarding pass\nGate B12\nSeat 14A\nBoarding time 10:35' });
    const piles = { page, categories: [{ name: 'alpha' }, { name: 'bravo' }] };

    const answer = await classify({ ...piles, instructions: 'Alpha is for tax forms.\nBravo is for boarding passes.' });

    expect(answer.classification).toBe('bravo');
    expect(answer.confidence).toBeGreaterThan(0.6);
    expect((await classify(piles)).confidence).toBeCloseTo(0.5, 1);
  });
});

describe('the page before, to the built-in classifier', () => {
  const contract =
    'LEASE AGREEMENT\nThis agreement is made between the parties\n1.1 The tenant shall pay\n1.2 The landlord';
  const plain = 'and the other matters that were spoken of\nas they were on the day before\nin good order';
  const kinds = ['contract', 'invoice', 'resume', 'letter'].map((name) => ({ name }));
  const after = (text: string, neighbours?: Record<number, string>) =>
    buildPage({ text, pageNumber: 2, pageCount: 2, ...(neighbours && { neighbours }) });

  test('says what a page belongs to that does not say so itself', async () => {
    const alone = await classify({ page: after(plain), categories: kinds });
    const together = await classify({ page: after(plain, { 1: contract }), categories: kinds });

    expect(alone.confidence).toBeLessThan(0.5);
    expect(together.classification).toBe('contract');
    expect(together.confidence).toBeGreaterThan(alone.confidence);
    expect(together.reasoning).toContain('(on the previous page)');
  });

  test('says nothing to a page that says itself what it is: a file may hold several documents', async () => {
    const invoice = 'INVOICE\nInvoice number 2024-11\nBill to: Example Ltd\nSubtotal 420.00\nTotal due 504.00';

    const alone = await classify({ page: after(invoice), categories: kinds });

    expect(await classify({ page: after(invoice, { 1: contract }), categories: kinds })).toStrictEqual(alone);
    expect(alone.classification).toBe('invoice');
  });

  test('says nothing where it is not the one before, or to be of no category is an answer', async () => {
    const alone = await classify({ page: after(plain), categories: kinds });
    const third = buildPage({ text: plain, pageNumber: 3, pageCount: 3, neighbours: { 1: contract } });
    const mayBeUnknown = { categories: kinds, mayBeUnknown: true } as const;

    expect(await classify({ page: third, categories: kinds })).toStrictEqual(alone);
    expect(await classify({ ...mayBeUnknown, page: after(plain, { 1: contract }) })).toStrictEqual(
      await classify({ ...mayBeUnknown, page: after(plain) }),
    );
  });
});
