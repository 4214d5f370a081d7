import { expect, test } from 'vitest';
import { ClassifierError } from '../../../src/domain/errors.ts';
import { decodeCursor, encodeCursor } from '../../../src/records/cursor.ts';
import { takePage } from '../../../src/records/list-page.ts';

test('a cursor is good for its own list alone', () => {
  const cursor = encodeCursor('2026', 'jobs');

  expect(decodeCursor(cursor, 'jobs')).toBe('2026');
  expect(() => decodeCursor(cursor, 'runs')).toThrow(ClassifierError);
  expect(() => decodeCursor(cursor, 'jobs', { isPosition: () => false })).toThrow(ClassifierError);
});

test('a bad cursor is called what its contract calls it', async () => {
  const query = { maxPageSize: 1, sortDir: 'desc', nextPageToken: 'made-up' } as const;

  await expect(takePage([], 'list', query)).rejects.toThrow(/^nextPageToken must be the nextPageToken of/);
  await expect(takePage([], 'list', { ...query, cursorField: 'cursor' })).rejects.toThrow(
    /^cursor must be the next_cursor of/,
  );
});
