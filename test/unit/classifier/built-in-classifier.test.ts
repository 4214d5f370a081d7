import { assert, asyncProperty, shuffledSubarray } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createBuiltInClassifier } from '../../../src/classifier/built-in/built-in-classifier.ts';
import type { OcrEngine } from '../../../src/classifier/built-in/ocr-engine.ts';
import type { PageClassification } from '../../../src/classifier/page-classifier.ts';
import type { Category } from '../../../src/domain/category.ts';
import { buildPage, buildPageText } from '../../support/classifiable-page.ts';

const blind: OcrEngine = { recognise: async () => ({ text: '', spans: [] }) };

function classify(
  text: string,
  categories: readonly (Category | string)[],
  ocr: OcrEngine = blind,
): Promise<PageClassification> {
  return createBuiltInClassifier({ ocr }).classifyPage({
    page: buildPage({ text }),
    categories: categories.map((category) => (typeof category === 'string' ? { name: category } : category)),
    seed: 'job-1:1',
    signal: new AbortController().signal,
  });
}

const usual = ['invoice', 'receipt', 'contract', 'resume', 'bank_statement', 'letter', 'id_document', 'report'];

describe('createBuiltInClassifier', () => {
  test.each([
    ['invoice', 'INVOICE\nInvoice number 2024-11\nBill to: Example Ltd\nSubtotal 420.00\nTotal due 504.00'],
    [
      'invoice',
      'Rechnung\nRechnungsnummer 4711\nKundennummer 12\nNettobetrag 100,00\nMwSt 19,00\nzahlbar bis 1.3.2024',
    ],
    ['invoice', 'FACTURE\nNuméro de facture 17\nDate de facture 3/4/2024\nTotal HT 10,00\nTVA 2,00\nTotal TTC 12,00'],
    ['invoice', '請求書\n請求番号 1001\nご請求金額 110,000円\nお支払期限 2024年5月31日\n振込先 みずほ銀行'],
    ['resume', 'Anna Nowak\nDoświadczenie zawodowe\n2015 - 2019 Inżynier\nWykształcenie\nUmiejętności\nJęzyki obce'],
    ['resume', 'Lebenslauf\nBerufserfahrung\n2015 - 2019 Ingenieurin\nAusbildung\nSprachkenntnisse'],
    [
      'contract',
      'CONTRATO DE SERVICIOS\nReunidos las partes\nCláusulas\n1.1 En adelante el cliente\nLas partes estipulan',
    ],
    ['contract', 'ДОГОВОР\nСтороны, именуемый в дальнейшем Заказчик\nПредмет договора\nОтветственность сторон'],
    [
      'bank_statement',
      'Rekeningafschrift\nBeginsaldo 10,00\n01-02-2024 Albert 3,00 af\n02-02-2024 Loon 900,00 bij\nEindsaldo 907,00',
    ],
    ['id_document', 'PASSPORT\nSurname NOWAK\nGiven names ANNA\nP<POLNOWAK<<ANNA<<<<<<<<<<<<<<<<<<<<<<<<<<<<<'],
    [
      'letter',
      'Dear Ms Smith,\nthank you for your visit last week. We were glad to hear from you.\nYours sincerely,\nJohn',
    ],
    ['letter', 'Gentile signora Rossi,\nin risposta alla Sua richiesta di informazioni Le scriviamo.\nCordiali saluti'],
  ])('recognises %s: %j', async (expected, text) => {
    const answer = await classify(text, usual);

    expect(answer.classification).toBe(expected);
    expect(answer.confidence).toBeGreaterThan(0.5);
  });

  test.each([['Faktura'], ['facturas'], ['tax invoices'], ['請求書'], ['vendor-invoice'], ['inv: supplierInvoice']])(
    'knows what a caller means by %j',
    async (name) => {
      const answer = await classify('INVOICE\nInvoice number 7\nBill to: Example Ltd\nTotal due 504.00', [
        name,
        'Lieferschein',
        'contrato',
        'CV',
      ]);

      expect(answer.classification).toBe(name);
    },
  );

  test('tells apart names that begin alike', async () => {
    const names = ['invoice', 'invoice correction'];

    const plain = await classify('INVOICE\nInvoice number 7\nTotal due 504.00', names);
    const correction = await classify('INVOICE CORRECTION\nCorrects invoice 7\nAmount credited 504.00', names);

    expect(plain.classification).toBe('invoice');
    expect(correction.classification).toBe('invoice correction');
  });

  test('prefers the narrower of two categories', async () => {
    const answer = await classify('PASSPORT\nSurname NOWAK\nDate of birth 1.2.1990\nNationality POL', [
      'id_document',
      'passport',
    ]);

    expect(answer.classification).toBe('passport');
  });

  test('goes by the descriptions where the names say nothing', async () => {
    const answer = await classify('Greenhouse tomatoes: how to water seedlings and when to prune the vines', [
      { name: 'A', description: 'Advice for gardeners: watering, pruning, seedlings' },
      { name: 'B', description: 'Advice for sailors: knots, winds, harbours' },
    ]);

    expect(answer.classification).toBe('A');
  });

  test('takes what a description excludes for no description', async () => {
    const answer = await classify('RECEIPT\nCash 5.00\nChange 1.00\nThank you for shopping', [
      { name: 'first', description: 'Invoices, but not receipts' },
      { name: 'second', description: 'Receipts from shops' },
    ]);

    expect(answer.classification).toBe('second');
  });

  test('says by a low confidence that nothing fits', async () => {
    const answer = await classify('Twinkle twinkle little star how I wonder what you are', usual);

    expect(answer.confidence).toBeLessThan(0.4);
  });

  test.each([
    ['no words', ''],
    ['a language that it does not know', 'यह एक कविता है\nजो किसी को नहीं पता\nऔर यहाँ कुछ नहीं लिखा है'],
  ])('favours no category on a page of %s', async (_, text) => {
    const answer = await classify(text, usual);

    expect(answer.confidence).toBeLessThan(1.5 / usual.length);
  });

  test.each([
    ['unknown', usual, 'Slow-cooked lamb shoulder\n2 onions, sliced\n4 cloves garlic\nBrown the lamb in hot oil'],
    ['invoice', usual, 'INVOICE\nInvoice number 7\nBill to: Example Ltd\nTotal due 504.00'],
  ])('answers %s where a page may be of no category', async (expected, categories, text) => {
    const answer = await createBuiltInClassifier({ ocr: blind }).classifyPage({
      page: buildPage({ text }),
      categories: categories.map((name) => ({ name })),
      seed: 'job-1',
      mayBeUnknown: true,
      signal: new AbortController().signal,
    });

    expect(answer.classification).toBe(expected);
  });

  test('counts what a page says for less after the first, which bears the title', async () => {
    const page = { text: 'Invoice number 7\nTotal due 504.00' };
    const [first, later] = await Promise.all(
      [1, 2].map((pageNumber) =>
        createBuiltInClassifier({ ocr: blind }).classifyPage({
          page: buildPage({ ...page, pageNumber }),
          categories: usual.map((name) => ({ name })),
          seed: 'job-1',
          signal: new AbortController().signal,
        }),
      ),
    );

    expect(later?.classification).toBe('invoice');
    expect(later?.confidence).toBeLessThan(first?.confidence ?? 0);
  });

  test('shares its confidence among all when it sees no words', async () => {
    const answer = await classify('', ['apples', 'pears', 'plums', 'figs']);

    expect(answer.candidates.map(({ confidence }) => confidence)).toStrictEqual([0.25, 0.25, 0.25, 0.25]);
    expect(answer.classification).toBe('apples');
  });

  test('gives the same answer whatever the order of the categories', async () => {
    const text = 'Statement\nBalance 5.00\nInvoice 7 of your contract\nTotal 17.00';
    const expected = await classify(text, usual);

    await assert(
      asyncProperty(shuffledSubarray(usual, { minLength: usual.length }), async (shuffled) => {
        expect(await classify(text, shuffled)).toStrictEqual(expected);
      }),
      { numRuns: 20 },
    );
  });

  test('says which words decided and where the confidence comes from', async () => {
    const answer = await classify('INVOICE\nInvoice number 7\nTotal due 504.00', usual);

    expect(answer.confidenceSource).toBe('word-scores');
    expect(answer.reasoning).toContain('"invoice"');
  });

  test('reads the image of a page without a text layer', async () => {
    const ocr: OcrEngine = { recognise: async () => buildPageText('RECEIPT\nCash 5.00\nChange 1.00\nCashier 3') };

    expect((await classify('', usual, ocr)).classification).toBe('receipt');
  });

  test('reads the image where the text layer is gibberish', async () => {
    const ocr: OcrEngine = { recognise: async () => buildPageText('RECEIPT\nCash 5.00\nChange 1.00\nCashier 3') };

    expect((await classify('Oqnbddchmfr ne sgd Lddshmf '.repeat(20), usual, ocr)).classification).toBe('receipt');
  });
});
