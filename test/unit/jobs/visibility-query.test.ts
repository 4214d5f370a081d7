import { describe, expect, test } from 'vitest';
import { runExecutionQuery } from '../../../src/jobs/list-runs.ts';
import { idCondition, valueCondition } from '../../../src/jobs/visibility-query.ts';

describe('a condition on an attribute', () => {
  test.each([
    ['invoice', "Classification = 'invoice'"],
    ["it's", "Classification = 'it\\'s'"],
    ['50% off_', "Classification = '50% off_'"],
    ['$1 :name', "Classification = '$1 :name'"],
  ])('asks for %j as it is', (value, condition) => {
    expect(valueCondition('Classification', value)).toBe(condition);
  });

  test.each([
    ['really?', "Classification STARTS_WITH 'really'"],
    ['who\'s "who"', "Classification STARTS_WITH 'who'"],
    ['50% off?', "Classification STARTS_WITH '50'"],
    ["students'", "Classification STARTS_WITH 'students'"],
    ["'quoted'", 'Classification IS NOT NULL'],
    ['?', 'Classification IS NOT NULL'],
  ])('asks for what surely holds %j, which Temporal cannot find', (value, condition) => {
    expect(valueCondition('Classification', value)).toBe(condition);
  });

  test.each(['a?b', 'a"b', 'a\\b', "'a", "a'"])('finds nothing for %j, which no id of ours is', (id) => {
    expect(idCondition('Batch', id)).toBe("Batch = ''");
  });

  test('never holds a question mark, which PostgreSQL takes for a parameter, whatever a caller asks for', () => {
    const ids = { classifierId: 'a?', batchId: '?b', sourceId: '?' };

    expect(runExecutionQuery({ tenant: 'acme', ...ids })).not.toContain('?');
    expect(valueCondition('Classification', "what's this?")).not.toContain('?');
  });
});
