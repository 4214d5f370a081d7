import { describe, expect, test } from 'vitest';
import { parseSubmission } from '../../../src/http/unsiloed/submission.ts';

const limits = { defaultPages: 1, maxPages: 1, patienceSeconds: 86_400, maxJsonValues: 50_000 };
const categories = '["invoice", "contract"]';

describe('parseSubmission', () => {
  test.each([
    [{ categories: 'x' }, 'categories must be a JSON array, such as [{"name": "invoice"}]; got text of 1 character, '],
    [
      { categories: 'xy' },
      'categories must be a JSON array, such as [{"name": "invoice"}]; got text of 2 characters, ',
    ],
    [{ categories, pages: '1-3' }, 'pages must name at most 1 page; got 3'],
    [{ categories, pages: '1,3' }, 'pages must name at most 1 page; got 2'],
  ])('says of %j in the singular what there is one of', (fields, sentence) => {
    expect(() => parseSubmission(fields, limits)).toThrow(sentence);
  });

  test('parses no JSON of more names and values than one request may have', () => {
    const fields = { categories: `[${'{},'.repeat(60_000)}{}]` };

    expect(() => parseSubmission(fields, limits)).toThrow(
      'categories must have at most 50000 names and values in JSON; it has more',
    );
  });
});
