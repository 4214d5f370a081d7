import { describe, expect, test } from 'vitest';
import { createBuiltInClassifier } from '../../../src/classifier/built-in/built-in-classifier.ts';
import { allKinds } from '../../../src/classifier/built-in/kinds/all-kinds.ts';
import type { OcrEngine } from '../../../src/classifier/built-in/ocr-engine.ts';
import type { PageClassification } from '../../../src/classifier/page-classifier.ts';
import type { Category } from '../../../src/domain/category.ts';
import { buildPage, buildPageText } from '../../support/classifiable-page.ts';

const blind: OcrEngine = { recognise: async () => ({ text: '', spans: [] }) };

function classify(text: string, categories: readonly (Category | string)[]): Promise<PageClassification> {
  return createBuiltInClassifier({ ocr: blind }).classifyPage({
    page: buildPage({ text }),
    categories: categories.map((category) => (typeof category === 'string' ? { name: category } : category)),
    seed: 'job-1:1',
    signal: new AbortController().signal,
  });
}

const invoice = 'INVOICE\nInvoice number 7\nBill to: Example Ltd\nTotal due 504.00';
const receipt = 'Corner Shop\nBread 2.10\nMilk 1.20\nTotal 3.30\nCash 5.00\nChange due 1.70\nThank you for shopping';
const passport = 'PASSPORT\nSurname NOWAK\nDate of birth 1.2.1990\nNationality POL';

describe('the table of kinds', () => {
  test('names each kind once, and only kinds that are there as wider ones', () => {
    const ids = allKinds.map(({ id }) => id);

    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toStrictEqual(expect.arrayContaining(allKinds.flatMap(({ within }) => within ?? [])));
  });

  const wide = [
    'invoice',
    'form',
    'contract',
    'letter',
    'memo',
    'email',
    'meeting_minutes',
    'court_decision',
    'court_filing',
    'patent',
    'thesis',
    'scientific_paper',
    'questionnaire',
    'timesheet',
    'packing_list',
    'menu',
    'boarding_pass',
    'prescription',
    'utility_bill',
    'will',
  ];

  test.each([
    [
      'email',
      'From: Ann Lee <ann@example.com>\nSent: Monday, 3 June 2024 09:12\nTo: Bob\nSubject: RE: lunch\nSee you at noon',
    ],
    [
      'memo',
      'MEMORANDUM\nTo: All staff\nFrom: Operations\nDate: 3 June 2024\nSubject: Parking\nThe west gate will be closed',
    ],
    [
      'meeting_minutes',
      'Protokoll\nAnwesend: 12 Mitglieder\nProtokollführer: M. Weiß\nTOP 1 Begrüßung\neinstimmig angenommen',
    ],
    [
      'court_decision',
      'SUPREME COURT\nBefore the Honorable J. Hill\nThe appellant argues\nWe affirm. It is so ordered.',
    ],
    ['court_filing', 'COMPLAINT\nPlaintiff v. Defendant\nCase no. 12-345\nAttorneys for Plaintiff\nPlaintiff alleges'],
    ['patent', '(12) United States Patent\nInventors: A. Roe\nAppl. No.: 12/345\nInt. Cl. B63B\nWhat is claimed is'],
    ['thesis', 'Foxes in Cities\nA thesis submitted in partial fulfilment of the requirements\nDoctor of Philosophy'],
    [
      'questionnaire',
      'Customer survey\nHow satisfied are you?\nVery satisfied\nHow often do you visit?\nWhy?\nWhat else?',
    ],
    [
      'timesheet',
      'Weekly timesheet\nWeek ending 3 May\nTime in Time out Break Overtime\nMonday 7:00 15:30\nTotal hours 39',
    ],
    ['packing_list', 'PACKING LIST\nCarton no. 1-40\nNet weight 21 kg\nGross weight 22 kg\nTotal cartons 65'],
    ['menu', 'Trattoria\nAntipasti\nBruschetta 6,00\nPrimi\nTagliatelle 10,00\nSecondi\nDolci'],
    ['boarding_pass', 'BOARDING PASS\nPassenger RIVERA\nFlight AV 214\nGate B12 Boarding 11:05 Seat 17F'],
    ['prescription', 'Ordonnance\nDocteur C. Vasseur\nParacétamol 1 g un comprimé matin et soir\nNe pas renouveler'],
    [
      'utility_bill',
      'Your electricity bill\nMeter reading 20412\nUsage 310 kWh\nStanding charge 8.20\nAmount due 61.00',
    ],
    ['will', 'LAST WILL AND TESTAMENT\nI give and bequeath my house\nI appoint my son as executor of my estate'],
  ])('tells a %s from nineteen others', async (expected, text) => {
    expect((await classify(text, wide)).classification).toBe(expected);
  });

  test('takes a form that calls itself a claim for a claim, where both are asked for', async () => {
    const text =
      'INSURANCE CLAIM FORM\nPlease print\nPolicy number ____\nClaim number ____\nDate of loss ____\nLast name ____\nSignature ____';

    expect((await classify(text, ['form', 'insurance_claim'])).classification).toBe('insurance_claim');
    expect((await classify('FORM\nPlease print\nLast name ____', ['form', 'insurance_claim'])).classification).toBe(
      'form',
    );
  });
});

describe('what a category is taken to mean', () => {
  test.each([
    ['Passport or driving licence', passport],
    ['passport/ID card', passport],
    ['invoice_or_receipt', receipt],
  ])('takes %j for each of the kinds that it lists', async (name, text) => {
    expect((await classify(text, ['letter', name, 'report'])).classification).toBe(name);
  });

  test('asks for no further word of a name where no other category means the same kind', async () => {
    const names = ['Vendor Invoice', 'Store Receipt', 'Business Letter'];

    expect((await classify(invoice, names)).classification).toBe('Vendor Invoice');
    expect((await classify(receipt, names)).classification).toBe('Store Receipt');
  });

  test('takes names that say nothing for the kinds whose names or telltales their descriptions have', async () => {
    const categories = [
      { name: 'C1', description: 'What an employee earned: gross pay, deductions, net pay' },
      { name: 'C2', description: 'List of the goods that were bought, by cash or card, in a shop' },
      { name: 'C3', description: 'Opinion, order or judgment of a court' },
    ];

    const payslip = 'Gehaltsabrechnung\nGesamtbrutto 3.450,00\nLohnsteuer 478,25\nAuszahlungsbetrag 2.301,40';
    expect((await classify(payslip, categories)).classification).toBe('C1');
    expect((await classify('ORDER\nThe motion is denied.\nIt is so ordered.', categories)).classification).toBe('C3');
  });

  test('takes a word that two languages use for two kinds for the one that no other category means', async () => {
    expect((await classify(receipt, ['ticket', 'receipt'])).classification).toBe('receipt');
    expect((await classify(receipt, ['ticket', 'letter'])).classification).toBe('ticket');
  });

  test('takes a compound for what its last part says, and a form for the form that it names', async () => {
    expect((await classify(invoice, ['Handwerkerrechnung', 'Lieferschein'])).classification).toBe('Handwerkerrechnung');
    const taxForm = 'Form W-2 Wage and Tax Statement\nFederal income tax withheld\nEmployer identification number';
    expect((await classify(taxForm, ['W-2 form', 'application form'])).classification).toBe('W-2 form');
  });

  test('takes a word as it is spelled before one that is only stemmed alike', async () => {
    // "Patente" is Italian for a driving licence.
    const licence = 'DRIVER LICENSE\nDOB 01/02/1957\nEXP 02/01/2018\nHGT 5-08\nDONOR';

    expect((await classify(licence, ['patent', 'identity_document'])).classification).toBe('identity_document');
  });

  test.each(['other', 'Miscellaneous', 'none_of_the_above', 'Sonstiges', 'autres documents', 'その他'])(
    'takes %j for what is none of the rest',
    async (name) => {
      const names = ['invoice', 'contract', name];

      expect(
        (await classify('MENU\nStarters\nSoup of the day 6.50\nMain courses\nDesserts', names)).classification,
      ).toBe(name);
      expect((await classify(invoice, names)).classification).toBe('invoice');
    },
  );
});

describe('the confidence', () => {
  test('is lower where a kind that nobody asked for fits better', async () => {
    const names = ['letter', 'contract', 'resume'];
    const asked = await classify('Dear Ms Smith,\nthank you for your visit.\nYours sincerely,\nJohn', names);
    const beyond = await classify(
      'Dear guest,\nMENU\nStarters\nSoup of the day 6.50\nMain courses\nSteak 20.00\nDesserts\nCheesecake 7.00\nYours sincerely,\nJohn',
      names,
    );

    expect(beyond.confidence).toBeLessThan(asked.confidence);
  });
});

test('a page that has a stamped header for its only text is read from its image', async () => {
  const ocr: OcrEngine = { recognise: async () => buildPageText(receipt) };
  const header = 'Case: 12-34567 Document: 98765 Page: 1 Date Filed: 03/04/2012';
  const page = {
    ...buildPage(),
    text: async () => ({ text: header, spans: [{ text: header, x: 0.1, y: 0.01, width: 0.8, height: 0.012 }] }),
  };

  const answer = await createBuiltInClassifier({ ocr }).classifyPage({
    page,
    categories: [{ name: 'receipt' }, { name: 'court filing' }],
    seed: 'job-1:1',
    signal: new AbortController().signal,
  });

  expect(answer.classification).toBe('receipt');
});
