import { describe, expect, test } from 'vitest';
import { parseCategories } from '../../../src/domain/category.ts';
import { categoryOfOption, optionOfCategory, toCategories } from '../../../src/domain/classification-options.ts';

const option = (id: string, type: string, description = '') => ({ id, type, description });

describe('toCategories', () => {
  test('names a category by the type and knows the one for all the rest', () => {
    const { categories, catchAll } = toCategories([option('c1', 'invoice', ' a bill '), option('c2', 'other', '')]);

    expect(categories).toEqual([{ name: 'invoice', description: 'a bill' }, { name: 'other' }]);
    expect(catchAll).toBe('other');
  });

  test('tells classifications of one type apart, whatever their length, and finds each again', () => {
    const long = 'x'.repeat(200);
    const options = [option('a', 'other'), option('b', 'other'), option('c', long), option('d', long)];

    const { categories } = toCategories(options);

    expect(parseCategories(categories)).toEqual(categories);
    expect(categories.map(({ name }) => optionOfCategory(options, name)?.id)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('never cuts a character in two to make room for a number', () => {
    const long = `${'x'.repeat(189)}\u{1f9fe}`;

    const { categories } = toCategories([option('a', 'other'), option('b', long), option('c', long)]);

    expect(parseCategories(categories)).toEqual(categories);
  });

  test('gives nothing for a category that stands for no classification', () => {
    expect(optionOfCategory([option('a', 'other')], 'invoice')).toBeUndefined();
  });
});

describe('categoryOfOption', () => {
  const options = [option('a', 'invoice'), option('b', 'invoice'), option('c', 'other')];

  test('finds the category by id, by type, or by both', () => {
    const { categories } = toCategories(options);

    expect(categoryOfOption(options, { id: 'b' })).toBe(categories[1]?.name);
    expect(categoryOfOption(options, { type: 'invoice' })).toBe(categories[0]?.name);
    expect(categoryOfOption(options, { id: 'c', type: 'other' })).toBe('other');
  });

  test('finds none where id and type are those of two classifications', () => {
    expect(categoryOfOption(options, { id: 'a', type: 'other' })).toBeUndefined();
  });
});
