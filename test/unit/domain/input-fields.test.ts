import { describe, expect, test } from 'vitest';
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

describe('a question', () => {
  const ofPages = (description: string, maxPages: number) =>
    problemOfForeignInput({
      source: { kind: 'url', url: 'https://example.com/' },
      categories: Array.from({ length: 200 }, (_, index) => ({ name: `n${index}`, description })),
      pages: { maxPages },
    })?.message;

  test('may be as large as a history holds for each page', () => {
    expect(ofPages('d'.repeat(1200), 100)).toBeUndefined();
  });

  test('is measured in bytes, as a history is', () => {
    expect(ofPages('中'.repeat(1200), 4)).toMatch(
      /^categories and instructions must have at most 262144 bytes as JSON in UTF-8; they have 72\d{4}$/,
    );
  });

  test('that fits one page but not so many is told of how many it may be', () => {
    expect(ofPages('d'.repeat(1200), 900)).toMatch(
      /fit into a run of at most 12\d pages; got 900 \(pages\.maxPages\)\. Shorten them or ask for fewer pages\.$/,
    );
  });
});

test('a sentence of refusal may not fill a history', () => {
  const input = { source: { kind: 'url', url: 'https://example.com/' }, categories: ['invoice'] };
  const refusal = { code: 'internal', detail: 'x'.repeat(2001) };

  expect(problemOfForeignInput({ ...input, refusal })?.message).toBe(
    'refusal.detail must have at most 2000 characters; got 2001',
  );
});

test.each(['file_url', 'fileUrl', 'url'])('%s, as the HTTP contracts call it, is told where it belongs', (name) => {
  expect(problemOfForeignInput({ categories: ['invoice'], [name]: 'https://example.com/' })?.message).toBe(
    `${name} is not a field of the input; did you mean source.url?`,
  );
});
