import { describe, expect, test } from 'vitest';
import { submissionFields } from '../../../src/http/openapi/request-schemas.ts';
import { isTextField, readFormFields } from '../../../src/http/unsiloed/form-fields.ts';

describe('the fields of a form', () => {
  test('are those of the OpenAPI document', () => {
    const fields = Object.keys(submissionFields.shape);

    expect(fields.filter((field) => !isTextField(field))).toEqual([]);
    expect(fields.flatMap((field) => Object.keys(readFormFields({ [field]: 'x' })))).toEqual(fields);
  });

  test('are found by every spelling of their names', () => {
    for (const name of ['max_pages', 'maxPages', 'max-pages', 'MaxPages', 'max_pages[]']) {
      expect(readFormFields({ [name]: '3' })).toEqual({ max_pages: '3' });
    }
  });

  test.each([
    [{ 'categories[a]': 'x' }, /categories must be a JSON array, or given as categories\[\]/],
    [{ 'categories[0][name][x]': 'x' }, /categories must be a JSON array, or given as categories\[\]/],
    [{ 'categories[][name]': ['a', 'b'], 'categories[][description]': 'x' }, /as many values in each member/],
    [{ 'metadata[a][b][c][d][e][f][g]': 'x' }, /metadata must be a JSON object/],
    [{ 'metadata[a]': 'x', 'metadata[a][b]': 'y' }, /metadata has both a value and members at a/],
    [{ categories: '["K\uFFFDndigung"]' }, /categories must be text in UTF-8/],
  ])('%j is refused with what is allowed', (fields, sentence) => {
    expect(() => readFormFields(fields)).toThrow(sentence);
  });
});
