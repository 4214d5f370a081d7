import { expect, test } from 'vitest';
import { parseAllowedNetworks } from '../../../src/domain/source-url.ts';
import { toRunFileInput } from '../../../src/http/extend/classify-runs/request-schemas.ts';

const allowed = parseAllowedNetworks([]);

test.each([
  ['https://example.com/reports/annual%20report.pdf?v=1', 'annual report.pdf'],
  ['https://example.com/', 'example.com'],
  [`https://example.com/${'a'.repeat(3000)}.pdf`, 'a'.repeat(255)],
  ['https://example.com/%E2%80%AE', 'document'],
])('a document at %s is called %s', (url, name) => {
  expect(toRunFileInput({ url }, allowed)).toMatchObject({ kind: 'url', name });
});
