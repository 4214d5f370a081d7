/**
 * Texts made to be slow to read: each repeats what some expression, scanner or list of open things has to look at
 * again. `at` gives one of about so many characters.
 */
export interface HostileText {
  readonly what: string;
  readonly at: (length: number) => string;
}

function repeated(what: string, unit: string, ends: { readonly head?: string; readonly tail?: string } = {}) {
  const { head = '', tail = '' } = ends;
  return { what, at: (length: number) => head + unit.repeat(Math.ceil(length / unit.length)) + tail };
}

/** Of markup: what nests, never closes, or closes what is not open. */
export const hostileMarkup: readonly HostileText[] = [
  repeated('empty comments', '<!---->', { tail: 'x' }),
  repeated('comments in a comment', '<!--'),
  repeated('ends of comments', '<!doctype html>-->', { head: '<!--' }),
  repeated('declarations', '<?xml version="1.0"?>'),
  { what: 'unclosed elements and foreign ends', at: (n) => `<p>${'<i>'.repeat(n / 7)}${'</b>'.repeat(n / 7)}` },
  repeated('nested elements', '<div>', { head: '<p>' }),
  repeated('nested tables', '<table><tr><td>', { head: '<html>' }),
  repeated('forms', '<form>', { head: '<html>' }),
  repeated('drawings', '<svg><title>', { head: '<html>' }),
  repeated('unclosed scripts', '<script>', { head: '<html>' }),
  repeated('attributes without end', ' a="', { head: '<p ' }),
  repeated('attributes', ' a=b', { head: '<p', tail: '>x' }),
  repeated('one long name', 'a', { head: '<p><' }),
  repeated('half entities', '&am', { head: '<p>' }),
  repeated('entities', '&nbsp;&#x1F9FE;&bogus;', { head: '<p>' }),
  repeated('CDATA', '<![CDATA[', { head: '<p>' }),
  repeated('brackets', '<', { head: '<p>' }),
  repeated('ends of nothing', '</', { head: '<p>' }),
  repeated('line breaks', '<br>', { head: '<p>' }),
];

/** Of plain text: what expressions for amounts, dates, quotes, addresses, headers, lists and words have to try. */
export const hostileWords: readonly HostileText[] = [
  ...['\f', '\r', '\n', '\t', '\0', '\u00a0', '\u2003', '\u3000', '\u200b', '\u202e', '\ufeff', '\u2028'].map((unit) =>
    repeated(`U+${unit.charCodeAt(0).toString(16).padStart(4, '0')}`, unit, { head: 'a', tail: 'a' }),
  ),
  ...['«', '»', '„', '“', '"', "'", '(', ')', '[', '{', '<', '@', '.', ',', ':', ';', '-', '_', '$', '*', '#', '|'].map(
    (unit) => repeated(`marks ${unit}`, unit, { head: 'a' }),
  ),
  repeated('lines of opening quotes', `a${'«'.repeat(1990)}\n`),
  repeated('digits', '1'),
  repeated('groups of digits', '111 ', { tail: 'x' }),
  repeated('groups of digits and commas', `${'111 '.repeat(200)}${'111,'.repeat(200)}\n`),
  repeated('decimals', '1.00', { tail: 'x' }),
  repeated('currencies', '$ 1', { tail: '.' }),
  repeated('IBANs', 'ab12 abcd '),
  repeated('masked cards', 'x'),
  repeated('years', '2019 - '),
  repeated('years and spaces', `2019 - ${' '.repeat(500)}`),
  repeated('dot leaders', '. ', { tail: 'x' }),
  repeated('almost addresses', 'a.b-c+d'),
  repeated('addresses', 'a@b.c@'),
  repeated('web addresses', 'http://a/?b=c&d=%41#'),
  repeated('headers of mail', 'To: '),
  repeated('headers in lines', 'to: a\nfrom: b\n'),
  repeated('ends of thoughts', '<think>'),
  repeated('forms and revisions', 'form no. (rev. a '),
  repeated('negations', 'not '),
  repeated('one long word', 'abcdefghij'),
  repeated('one long word of capitals', 'ABcD'),
  repeated('one long word of Han', '\u4e2d\u6587'),
  repeated('Thai without spaces', '\u0e01\u0e32\u0e23\u0e17\u0e14\u0e2a\u0e2d\u0e1a'),
  repeated('combining marks', '\u0301', { head: 'a' }),
  repeated('marks of many kinds', 'a\u0301\u0323\u0489'),
  repeated('right to left', '\u0627\u0644\u0633\u064e\u0651\u0644\u0627\u0645 '),
  repeated('joined emoji', '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}\u200d'),
  repeated('flags', '\u{1f1e9}'),
  repeated('ligatures that unfold', '\ufdfa'),
  repeated('halves of characters', '\ud83e'),
  repeated('apostrophes', "a'"),
  repeated('table of Markdown', '| --- '),
  repeated('headings of Markdown', '# a\n'),
  repeated('links of Markdown', '[a]('),
  repeated('base64', 'QUJDRA=='),
  repeated('hidden titles', 'invoice receipt contract letter '),
  repeated('titles in lines', 'INVOICE\n'),
  repeated('braces of JSON', '{"option"'),
  repeated('lists of JSON', '[['),
];

export const hostileTexts: readonly HostileText[] = [...hostileMarkup, ...hostileWords];
