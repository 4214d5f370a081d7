import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { parseApiKeys, parseQuotas, parseWebhookSecrets } from '../../../src/config/tenant-lists.ts';

const secret = `whsec_${Buffer.alloc(24).toString('base64')}`;
const sha256 = createHash('sha256').update('key:1').digest('hex');

describe('a list of tenants with values', () => {
  test('may have blanks around commas and colons, and empty entries', () => {
    expect(parseApiKeys(' acme : key:1 ,, ').keys).toEqual([{ tenant: 'acme', sha256 }]);
    expect(parseQuotas('acme : 5, ').quotas).toEqual([{ tenant: 'acme', documents: 5 }]);
    expect([...parseWebhookSecrets(`acme : ${secret},`).secrets.keys()]).toEqual(['acme']);
  });

  test('has all after the first colon as the value', () => {
    expect(parseApiKeys('acme:key:1').keys).toEqual([{ tenant: 'acme', sha256 }]);
    expect(parseQuotas('acme:5:6').problems).toEqual([expect.stringContaining('entry 1')]);
  });

  test.each(['key', ':key', 'acme:', 'Acme:key'])('names the entry that is wrong: %s', (entry) => {
    expect(parseApiKeys(`globex:key,${entry}`).problems).toEqual([expect.stringContaining('entry 2')]);
  });
});
