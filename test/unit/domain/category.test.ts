import { describe, expect, test } from 'vitest';
import { matchCategory, parseCategories } from '../../../src/domain/category.ts';
import { ClassifierError } from '../../../src/domain/errors.ts';

function refusal(value: unknown): ClassifierError {
  try {
    parseCategories(value);
  } catch (error) {
    if (error instanceof ClassifierError) return error;
  }
  throw new Error('was accepted');
}

describe('parseCategories', () => {
  test('takes objects, strings and a mixture, and trims the names', () => {
    expect(parseCategories([{ name: ' invoice ', description: 'a bill' }, 'contract'])).toEqual([
      { name: 'invoice', description: 'a bill' },
      { name: 'contract' },
    ]);
  });

  test('keeps "name - description" as the label and uses its second part as the description', () => {
    expect(parseCategories(['invoice - Business invoices'])).toEqual([
      { name: 'invoice - Business invoices', description: 'Business invoices' },
    ]);
  });

  test('ignores unknown keys and a null description', () => {
    expect(parseCategories([{ name: 'a', description: null, color: 'red' }])).toEqual([{ name: 'a' }]);
  });

  test.each([
    ['no array', { name: 'a' }, '/categories', 'got an object'],
    ['an empty list', [], '/categories', '1 to 200 items; got 0'],
    ['too many', Array.from({ length: 201 }, (_, i) => `c${i}`), '/categories', 'got 201'],
    ['a number', [3], '/categories/0', 'got a number'],
    ['a missing name', [{ description: 'x' }], '/categories/0/name', 'is required'],
    ['a blank name', ['a', '  '], '/categories/1', 'must not be blank'],
    ['a long name', ['x'.repeat(201)], '/categories/0', 'at most 200 characters; got 201'],
    ['a long description', [{ name: 'a', description: 'x'.repeat(2001) }], '/categories/0/description', 'got 2001'],
    ['a name with NUL', [{ name: 'a\0b' }], '/categories/0/name', 'without NUL'],
    ['a name with half a character', ['a\ud800b'], '/categories/0', 'half of a surrogate pair'],
    ['a repeated string', ['a', 'a '], '/categories/1', 'must be unique'],
    ['a repeated name', ['a', { name: ' a' }], '/categories/1/name', 'must be unique'],
  ])('refuses %s and points at it', (_, value, pointer, sentence) => {
    const error = refusal(value);

    expect(error.code).toBe('invalid_categories');
    expect(error.errors[0]?.pointer).toBe(pointer);
    expect(error.detail).toContain(sentence);
  });

  test('counts characters as a reader does', () => {
    const name = '😀'.repeat(200);

    expect(parseCategories([name])).toEqual([{ name }]);
    expect(refusal([`${name}!`]).detail).toContain('got 201');
  });

  test('tells every item that is wrong at once', () => {
    expect(refusal([1, '', {}]).errors).toHaveLength(3);
  });
});

describe('matchCategory', () => {
  const categories = [{ name: 'Invoice' }, { name: 'invoice correction' }, { name: 'bill_of_lading' }];

  test.each([
    ['Invoice', 'Invoice'],
    [' invoice. ', 'Invoice'],
    ['Invoice Correction', 'invoice correction'],
    ['bill of lading', 'bill_of_lading'],
  ])('finds what %j means', (answer, name) => {
    expect(matchCategory(answer, categories)?.name).toBe(name);
  });

  test.each(['inv', 'receipt', '', '...'])('does not guess what %j means', (answer) => {
    expect(matchCategory(answer, categories)).toBeUndefined();
  });

  test('prefers the exact name and leaves two that differ only in case alone', () => {
    const alike = [{ name: 'ID' }, { name: 'id' }];
    expect(matchCategory('id', alike)?.name).toBe('id');
    expect(matchCategory('Id', alike)).toBeUndefined();
  });
});
