import { expect, test } from 'vitest';
import { problemOfForeignInput } from '../../../src/domain/input-fields.ts';

const problemOf = (base64: string) =>
  problemOfForeignInput({ source: { kind: 'inline', base64 }, categories: ['invoice'] })?.message;

test.each([
  ['padded', Buffer.from('a').toString('base64')],
  ['without padding', 'YQ'],
  ['in lines, as MIME has it', `${'QUFB'.repeat(19)}\r\nQQ==\n`],
  ['in the alphabet of URLs', Buffer.from([0xfb, 0xff]).toString('base64url')],
])('a document in base64 may come %s', (_, base64) => {
  expect(problemOf(base64)).toBeUndefined();
});

test.each([
  ['other characters', '!!!!'],
  ['the prefix of a data URL', 'data:application/pdf;base64,YQ=='],
  ['something behind its end', 'YQ==YQ=='],
  ['a digit too many', 'YWFhY'],
])('a document in base64 that has %s is told so', (_, base64) => {
  expect(problemOf(base64)).toMatch(/^source\.base64 must be base64/);
});

test('a megabyte that is no base64 is refused as fast as it is read', () => {
  expect(problemOf(`${'A'.repeat(700_000)}${' '.repeat(700_000)}!`)).toMatch(/^source\.base64 must be base64/);
});
