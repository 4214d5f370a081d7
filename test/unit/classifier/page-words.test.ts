import { describe, expect, test } from 'vitest';
import type { OcrPlaces, OcrText } from '../../../src/classifier/built-in/ocr-engine.ts';
import { readPageWords } from '../../../src/classifier/built-in/page-words.ts';
import type { PageText } from '../../../src/domain/page.ts';
import { buildPage, buildPageText } from '../../support/classifiable-page.ts';

const invoice =
  'INVOICE number 2024-0917\nBill to Northgate Bakery, Mill Street\nTotal amount due 460.80\nPayment within thirty days';
const contract =
  'EMPLOYMENT CONTRACT between employer\nEither party may terminate with notice\nGoverning law of Exampleton';
const contradiction =
  'This page has invisible text that says something else than what shows; the image was read instead.';
const { signal } = new AbortController();

/** Reads a page with this layer, of which the image shows `shown`; tells what was read where. */
async function read(layer: PageText, shown: string | OcrText) {
  const places: OcrPlaces[] = [];
  const result: OcrText = typeof shown === 'string' ? buildPageText(shown) : shown;
  const ocr = {
    recognise: async (_image: Uint8Array, _signal: AbortSignal, place: OcrPlaces = {}) => {
      places.push(place);
      return result;
    },
  };
  const page = { ...buildPage({ image: new Uint8Array([1]) }), text: async () => layer };
  return { ...(await readPageWords(page, ocr, signal)), places };
}

describe('readPageWords', () => {
  test('takes a text layer that is all of the page, and reads no image', async () => {
    const { words, places, warnings } = await read(buildPageText(invoice), contract);

    expect([words.text, places, warnings]).toEqual([invoice, [], []]);
  });

  test('reads what is beside a text layer that is not all of the page', async () => {
    const header = 'Received at the registry on 18 September, file number 4711';
    const { words, places } = await read({ ...buildPageText(header), lacks: 'print' }, invoice);

    expect(words.text).toBe(`${header}\n${invoice}`);
    expect(places).toEqual([{ known: buildPageText(header).spans }]);
  });

  test('reads the image in place of a layer that lacks letters, or that is gibberish', async () => {
    expect(
      (await read({ ...buildPageText('Invoi e for servi es a ording to spe ifi ation'), lacks: 'letters' }, invoice))
        .words.text,
    ).toBe(invoice);
    const gibberish = 'xq zvwk jqxz wvkq zxjv qwzk vjxq '.repeat(4);
    expect((await read(buildPageText(gibberish), invoice)).words.text).toBe(invoice);
  });

  const shift = (base: number, size: number): string =>
    invoice.replaceAll(/[a-z]/gi, (letter) => String.fromCodePoint(base + (letter.charCodeAt(0) % size)));

  test.each([
    ['Greek', shift(0x3b1, 24)],
    ['Arabic', shift(0x627, 30)],
    ['Devanagari', shift(0x905, 48)],
    ['Armenian', shift(0x561, 38)],
    ['kana', shift(0x3042, 80)],
    ['digits', shift(0x30, 10)],
    [
      'common ideographs',
      invoice.replaceAll(/[a-z]/gi, (letter) => '的一是不了在人有我他这中大来上国'.charAt(letter.charCodeAt(0) % 16)),
    ],
  ])('reads the image where it plainly shows Latin type and the layer is in %s', async (_, layer) => {
    expect((await read(buildPageText(layer), invoice)).words.text).toBe(invoice);
    expect((await read(buildPageText(layer), invoice.replaceAll(' ', ''))).words.text).toBe(
      invoice.replaceAll(' ', ''),
    );
  });

  test.each([
    [
      'Greek',
      'ΤΙΜΟΛΟΓΙΟ ΠΑΡΟΧΗΣ ΥΠΗΡΕΣΙΩΝ\nΣτοιχεία πελάτη και διεύθυνση',
      'TIMOAOTIONAPOXHEYNHPEZIQN\nToxeia TeaTnKaIOeUuvonKatoIK',
    ],
    ['Hebrew', 'חשבונית מס קבלה מספר עבור שירותים\nסכום כולל לתשלום', '[ n727 D D D17 D17 771 D10'],
    ['figures alone', '1204 55.20 918.00\n77 31 2024 460.80 19\n5512 88.10 76.80', '1204 55.20 918.00 77 31 2024'],
    [
      'Thai beside English',
      `ใบแจ้งหนี้และใบเสร็จรับเงินสำหรับบริการ กรุณาชำระเงินภายในสามสิบวันนับจากวันที่ออกเอกสาร ใบแจ้งหนี้และใบเสร็จรับเงิน\n${invoice}`,
      invoice,
    ],
  ])('keeps a layer in %s, whatever recognition makes of it', async (_, layer, shown) => {
    const { words, warnings } = await read(buildPageText(layer), shown);

    expect([words.text, warnings]).toEqual([layer, []]);
  });

  test('keeps a layer in a language that it does not know, where the image says the same', async () => {
    const unknown = 'qqqq wwww zzzz xxxx kkkk vvvv jjjj qxqx zkzk wjwj vzvz kxkx qzqz';

    expect((await read(buildPageText(unknown), unknown)).words.text).toBe(unknown);
  });

  test('believes invisible text over a picture that says the same in a few places', async () => {
    const { words, places, warnings } = await read(
      { text: '', spans: [], behind: buildPageText(invoice) },
      invoice.replaceAll(' ', ''),
    );

    expect([words.text, warnings]).toEqual([invoice, []]);
    expect(places).toEqual([{ only: expect.any(Array) }]);
  });

  test('reads a picture whose invisible text says something else, and says so', async () => {
    const { words, warnings } = await read({ text: '', spans: [], behind: buildPageText(contract) }, invoice);

    expect([words.text, warnings]).toEqual([invoice, [contradiction]]);
  });

  test('says that the image was not read, and by what the page was judged', async () => {
    const unread = { text: '', spans: [], unread: 'reading it took more than 20 s of processor time' };

    expect((await read({ text: '', spans: [] }, unread)).warnings).toEqual([
      'The image of this page was not read: reading it took more than 20 s of processor time. The page was judged by its shape alone.',
    ]);
    expect((await read({ ...buildPageText(invoice), lacks: 'print' }, unread)).warnings).toEqual([
      'The image of this page was not read: reading it took more than 20 s of processor time. The page was judged by the text that it holds alone.',
    ]);
  });
});
