import { describe, expect, test } from 'vitest';
import { fieldError, toPointer } from '../../../src/domain/field-error.ts';

describe('an error about a field', () => {
  test('names the field in its sentence, and points at it', () => {
    const error = fieldError('review.timeoutSeconds', 'must be a number');

    expect(error).toMatchObject({
      code: 'invalid_request',
      detail: 'review.timeoutSeconds must be a number',
      errors: [{ pointer: '/review/timeoutSeconds', detail: 'must be a number' }],
    });
  });

  test('takes another code and a sentence of its own', () => {
    const error = fieldError('entity', 'No such classifier', { code: 'not_found', sentence: 'entity: not there' });

    expect(error).toMatchObject({
      code: 'not_found',
      detail: 'entity: not there',
      errors: [{ pointer: '/entity', detail: 'No such classifier' }],
    });
  });

  test('points at a name that the caller made up, whatever is in it', () => {
    expect(fieldError(['a.b/c~d'], 'is not a field').errors).toEqual([
      { pointer: '/a.b~1c~0d', detail: 'is not a field' },
    ]);
    expect(toPointer(['items', 0, 'a/b'])).toBe('/items/0/a~1b');
  });
});
