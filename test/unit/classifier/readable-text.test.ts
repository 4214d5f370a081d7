import { describe, expect, test } from 'vitest';
import { isReadable } from '../../../src/classifier/built-in/readable-text.ts';

const english =
  'Invoice number 2024. Total amount due within thirty days. Please remit payment to the account named above, with the number of this invoice.';
const natural = {
  English: english,
  German:
    'Rechnung Nummer 2024. Der Gesamtbetrag ist innerhalb von dreißig Tagen ohne Abzug auf das unten genannte Konto zu überweisen.',
  Polish:
    'Umowa najmu lokalu mieszkalnego zawarta pomiędzy stronami. Najemca zobowiązuje się płacić czynsz do piątego dnia każdego miesiąca.',
  Finnish:
    'Sopimus tehdään osapuolten välillä ja se on voimassa toistaiseksi. Kumpikin osapuoli voi irtisanoa sopimuksen kirjallisesti.',
  Vietnamese:
    'Hợp đồng lao động giữa người sử dụng lao động và người lao động, hai bên thỏa thuận ký kết hợp đồng với các điều khoản sau.',
  Swahili:
    'Mkataba huu umefanywa kati ya pande mbili na utaanza kutumika mara moja. Mpangaji atalipa kodi kila mwezi kabla ya siku ya tano.',
  Russian: 'Договор аренды жилого помещения заключён между сторонами. Арендатор обязуется своевременно вносить плату.',
  Chinese:
    '中华人民共和国合同法规定当事人订立合同应当具有相应的民事权利能力和民事行为能力依法可以委托代理人订立合同当事人订立合同有书面形式口头形式和其他形式',
  Japanese:
    '請求書の番号と合計金額をご確認のうえ三十日以内に下記の銀行口座までお振込みくださいますようお願い申し上げます本書は取引の内容に基づき作成されたものであり記載の金額には消費税が含まれておりますなお手数料は御社負担にてお願い致します',
  Korean:
    '임대차 계약서 본 계약은 임대인과 임차인 사이에 체결되며 임차인은 매월 말일까지 임대료를 지급하여야 한다 계약 기간은 이 년으로 하며 당사자의 합의로 연장할 수 있다',
  Arabic: 'عقد إيجار بين الطرفين يلتزم المستأجر بدفع الإيجار في اليوم الخامس من كل شهر إلى حساب المؤجر',
};

const shift = (text: string, base: number, size: number, by: number): string =>
  text.replaceAll(/./gsu, (letter) => {
    const index = (letter.codePointAt(0) ?? 0) - base;
    return index >= 0 && index < size ? String.fromCodePoint(base + ((index + by) % size)) : letter;
  });
const eachLetter = (text: string, to: (index: number) => string): string =>
  Array.from(text, (letter, index) => (/[a-z]/i.test(letter) ? to(index + letter.charCodeAt(0)) : letter)).join('');

const garbage = {
  'shifted letters': shift(english.toLowerCase(), 97, 26, 11),
  'shifted Cyrillic letters': shift(natural.Russian.toLowerCase(), 0x430, 32, 7),
  'any Cyrillic letters': eachLetter(english, (index) => String.fromCodePoint(0x430 + ((index * 7) % 32))),
  'any ideographs': eachLetter(english, (index) => String.fromCodePoint(0x4e00 + ((index * 977) % 20_000))),
  'the first ideographs': eachLetter(english, (index) => String.fromCodePoint(0x4e00 + (index % 160))),
  'any Korean syllables': eachLetter(english, (index) => String.fromCodePoint(0xac00 + ((index * 977) % 11_172))),
  'replacement characters': eachLetter(english, () => '\uFFFD'),
  'characters of private use': eachLetter(english, (index) => String.fromCodePoint(0xe000 + (index % 200))),
  symbols: eachLetter(english, (index) => '!"#$%&()+,/:;<>?@[]^'.charAt(index % 20)),
  'one letter for all consonants': english.replaceAll(/[^aeiou\W\d]/gi, 'm'),
  'l e t t e r s': english.replaceAll(/\B/g, ' '),
};

describe('a text layer', () => {
  test.each(Object.entries(natural))('in %s is readable', (_, text) => {
    expect(isReadable(text)).toBe(true);
  });

  test.each(Object.entries(garbage))('of %s is not', (_, text) => {
    expect(isReadable(text)).toBe(false);
  });

  test('is not condemned for its rules, leaders and figures', () => {
    expect(isReadable(`Contents ${'.'.repeat(300)} 5\nSignature ${'_'.repeat(200)}`)).toBe(true);
    expect(isReadable(Array.from({ length: 200 }, (_, index) => `${index * 37}.50`).join(' '))).toBe(true);
  });
});
