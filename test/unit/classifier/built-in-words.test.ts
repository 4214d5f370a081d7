import { describe, expect, test } from 'vitest';
import { assert, property, string } from 'fast-check';
import { foldText, stem } from '../../../src/classifier/built-in/fold-text.ts';
import { toPageLines } from '../../../src/classifier/built-in/page-lines.ts';
import { createPhraseFinder, toPhrase } from '../../../src/classifier/built-in/phrases.ts';
import { contentStems, splitName, tokenize } from '../../../src/classifier/built-in/tokenize.ts';

describe('splitName', () => {
  test.each([
    ['bill_of_lading', ['bill', 'of', 'lading']],
    ['bank-statement', ['bank', 'statement']],
    ['bankStatement', ['bank', 'statement']],
    ['PDFInvoice', ['pdf', 'invoice']],
    ['Rechnung (übrig)', ['rechnung', 'ubrig']],
    ['請求書', ['請求', '書']],
  ])('reads %j as %j', (name, words) => {
    expect(splitName(name)).toStrictEqual(words);
  });

  test('reads any string', () => {
    assert(
      property(string({ unit: 'binary' }), (name) => {
        expect(splitName(name)).toBeInstanceOf(Array);
      }),
    );
  });
});

describe('foldText', () => {
  test('makes one of what differs by case, accent or width', () => {
    expect(foldText('FÄLLIGKEIT')).toBe(foldText('fälligkeit'));
    expect(foldText('Ｉｎｖｏｉｃｅ')).toBe('invoice');
    expect(foldText('Größe')).toBe('grosse');
    expect(foldText('счёт')).toBe(foldText('счет'));
  });

  test('keeps the voicing marks that make another Japanese letter', () => {
    expect(foldText('が')).not.toBe(foldText('か'));
  });
});

describe('stem', () => {
  test.each([
    ['invoice', 'invoices'],
    ['invoice', 'invoicing'],
    ['factura', 'facturas'],
    ['rechnung', 'rechnungen'],
    ['party', 'parties'],
    ['statement', 'statements'],
    ['letter', 'letters'],
    ['supplier', 'suppliers'],
  ])('brings %s and %s together', (one, other) => {
    expect(stem(one)).toBe(stem(other));
  });

  test('leaves short words alone', () => {
    expect(stem('bus')).toBe('bus');
  });
});

describe('tokenize', () => {
  test('drops what an apostrophe leaves of an article or an ending', () => {
    expect(tokenize("d'identité driver's l’avoir")).toStrictEqual(['identité', 'driver', 'avoir']);
  });

  test('finds the words of a script without spaces', () => {
    expect(tokenize('銀行の取引明細')).toContain('銀行');
  });
});

describe('contentStems', () => {
  test('leaves out words that say nothing of a document', () => {
    expect(contentStems(tokenize('a document that contains the invoices of suppliers'))).toStrictEqual([
      'invoic',
      'suppli',
    ]);
  });
});

describe('createPhraseFinder', () => {
  const find = (text: string, phrase: string) =>
    createPhraseFinder(toPageLines({ text, spans: [] })).find(toPhrase(phrase));

  test('finds words in a row, in any case and number', () => {
    expect(find('Our BILLS of Lading', 'bill of lading')).toBeDefined();
  });

  test('finds a phrase whose spaces OCR has lost', () => {
    expect(find('BillofLadingNumber:21', 'bill of lading')).toBeDefined();
  });

  test.each([
    ['INVOICE2024-0815Totaldue504.00', true],
    ['Subtotal dueling', false],
    ['Subtotaldueling', false],
  ])('finds a short phrase only in a line that has lost all its spaces: %s', (line, isFound) => {
    expect(find(line, 'total due') !== undefined).toBe(isFound);
  });

  test('finds a title set wide', () => {
    expect(find('I N V O I C E', 'invoice')).toBeDefined();
  });

  test('finds a phrase that runs over the end of a line', () => {
    expect(find("MASSACHUSETTS DRIVER'S\nLICENSE", 'driver’s license')).toBeDefined();
  });

  test('finds no word inside another by chance', () => {
    expect(find('applicant information', 'formation')).toBeUndefined();
  });

  test('finds a word in text without spaces', () => {
    expect(find('株式会社御請求書在中', '請求書')).toBeDefined();
  });

  test('holds a word in large type at the top to be more prominent than one in running text', () => {
    const finder = createPhraseFinder(
      toPageLines({
        text: '',
        spans: [
          { text: 'Invoice', x: 0.1, y: 0.05, width: 0.3, height: 0.04 },
          ...Array.from({ length: 20 }, (_, line) => ({
            text: 'the receipt that you sent us last week has arrived today',
            x: 0.1,
            y: 0.3 + line * 0.02,
            width: 0.8,
            height: 0.012,
          })),
        ],
      }),
    );

    const title = finder.find(toPhrase('invoice'))?.prominence ?? 0;
    const mention = finder.find(toPhrase('receipt'))?.prominence ?? 1;

    expect(title).toBeGreaterThan(mention * 5);
  });
});
