import { expect, test } from 'vitest';
import { parseWorkflowInput } from '../../../src/domain/workflow-input.ts';

const input = { source: { kind: 'url', url: 'https://example.com/a.pdf' }, categories: ['invoice'] };

test('a document may be unknown only where the input says "allow"', () => {
  expect(parseWorkflowInput(input).unknown).toBeUndefined();
  expect(parseWorkflowInput({ ...input, unknown: null }).unknown).toBeUndefined();
  expect(parseWorkflowInput({ ...input, unknown: 'allow' }).unknown).toBe('allow');
  expect(() => parseWorkflowInput({ ...input, unknown: true })).toThrow(/unknown must be "allow"/);
});

test.each(['descriptionsKey', 'instructionsKey'])('%s is a key of the tenant alone', (field) => {
  const own = 'tenants/acme/jobs/x/request.json';
  const parse = (key: string) => parseWorkflowInput({ ...input, tenant: 'acme', [field]: key });

  expect(parse(own)).toMatchObject({ [field]: own });
  for (const key of ['tenants/globex/jobs/x/request.json', 'tenants/acme/../globex/request.json', 'request.json']) {
    expect(() => parse(key)).toThrow(`${field} must be an object key below tenants/acme/`);
  }
});

test.each(['fileName', 'instructions'])('%s with NUL, which PostgreSQL does not store, is refused', (field) => {
  expect(() => parseWorkflowInput({ ...input, [field]: 'a\0b' })).toThrow(`${field} must be text without NUL`);
});

test('the code of a refusal is one that PostgreSQL stores as a search attribute', () => {
  const parse = (code: string) => parseWorkflowInput({ ...input, refusal: { code, detail: 'no' } }).refusal;

  expect(parse('x'.repeat(255))).toEqual({ code: 'x'.repeat(255), detail: 'no' });
  expect(() => parse('x'.repeat(256))).toThrow('refusal.code must have at most 255 characters; got 256');
  expect(() => parse('a\0b')).toThrow('refusal.code must be text without NUL');
});
