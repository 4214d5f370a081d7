import { expect, test } from 'vitest';
import { containsText } from '../../../src/domain/text.ts';

test.each([
  ['Invoice 7.PDF', 'invoice', true],
  ['invoice 7.pdf', 'VOICE 7.P', true],
  ['ÜBERWEISUNG.pdf', 'überw', true],
  ['U\u0308berweisung.pdf', '\u00dcberw', true],
  ['anything', '', true],
  ['invoice.pdf', 'contract', false],
  ['invoice.pdf', 'in.oice', false],
])('containsText(%j, %j) is %j', (name, part, expected) => {
  expect(containsText(name, part)).toBe(expected);
});
