import * as fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, test } from 'vitest';
import { parseIpAddress } from '../../../src/domain/ip-address.ts';
import { isAddressAllowed, parseAllowedNetworks, parseSourceUrl } from '../../../src/domain/source-url.ts';

const nothing = parseAllowedNetworks([]);

describe('parseSourceUrl', () => {
  test.each([
    'https://example.com/a.pdf?signature=1',
    'http://8.8.8.8:8080/x',
    'https://[2606:4700::1111]/x',
    'https://[::ffff:8.8.8.8]/',
    'https://[64:ff9b::808:808]/',
    'https://minio/bucket',
    'https://localhost.example.com/',
    'https://172.32.0.1/',
  ])('lets %s pass', (url) => {
    expect(parseSourceUrl(url, nothing).protocol).toMatch(/^https?:$/);
  });

  test.each([
    '',
    'example.com/a.pdf',
    '/etc/passwd',
    'file:///etc/passwd',
    'ftp://example.com/',
    'gopher://x',
    'data:,x',
  ])('refuses "%s", which is no http URL', (url) => {
    expect(() => parseSourceUrl(url, nothing)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });

  test('refuses credentials in the URL, and does not repeat them', () => {
    expect(() => parseSourceUrl('https://user:hunter2@example.com/', nothing)).toThrow(
      'file_url must not hold a user name or a password',
    );
  });

  test('refuses a URL longer than 8192 characters', () => {
    expect(() => parseSourceUrl(`https://example.com/${'a'.repeat(8192)}`, nothing)).toThrow('at most 8192');
  });

  test.each([`${'a'.repeat(64)}.com`, `${'a.'.repeat(126)}com`, 'a'.repeat(3000)])(
    'refuses a host that is too long for DNS: %#',
    (host) => {
      expect(() => parseSourceUrl(`https://${host}/`, nothing)).toThrow(
        'file_url must name a host of at most 253 characters, 63 between dots',
      );
    },
  );

  test.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f.0.0.1/',
    'http://0177.0.0.1/',
    'http://0/',
    'http://①②⑦.0.0.1/',
    'http://10.1.2.3/',
    'http://100.64.0.1/',
    'http://168.63.129.16/',
    'http://169.254.169.254/latest/meta-data',
    'http://172.16.0.1/',
    'http://192.0.2.1/',
    'http://192.168.1.1/',
    'http://198.18.0.1/',
    'http://198.51.100.1/',
    'http://203.0.113.1/',
    'http://224.0.0.1/',
    'http://255.255.255.255/',
    'http://[::]/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://[::7f00:1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[64:ff9b:1::1]/',
    'http://[2002:7f00:1::]/',
    'http://[2001:0:1::1]/',
    'http://[2001:db8::1]/',
    'http://[3fff::1]/',
    'http://[fd00:ec2::254]/',
    'http://[fe80::1]/',
    'http://[ff02::1]/',
    'http://localhost/',
    'http://LOCALHOST./',
    'http://a.localhost/',
    'http://metadata.google.internal/',
  ])('refuses %s without saying why', (url) => {
    expect(() => parseSourceUrl(url, nothing)).toThrow(
      expect.objectContaining({
        code: 'source_forbidden',
        detail: 'The address of file_url is not allowed.',
        errors: [{ pointer: '/file_url', detail: 'The address of file_url is not allowed.' }],
      }),
    );
  });

  test.each([
    ['10.0.0.0/8', 'http://10.9.8.7/'],
    ['127.0.0.1', 'http://127.0.0.1:9000/'],
    ['127.0.0.1', 'http://[::ffff:7f00:1]/'],
    ['fd00::/8', 'http://[fd12::1]/'],
    ['[::1]', 'http://[::1]/'],
    ['LocalHost', 'http://localhost:9000/'],
  ])('lets an operator allow %s', (entry, url) => {
    expect(parseSourceUrl(url, parseAllowedNetworks([entry])).href).toBe(url);
  });

  test('allows no neighbour of what is allowed', () => {
    const allowed = parseAllowedNetworks(['10.0.0.0/24', 'store.internal']);

    expect(() => parseSourceUrl('http://10.0.1.0/', allowed)).toThrow('not allowed');
    expect(isAddressAllowed('10.0.1.0', 'other.internal', allowed)).toBe(false);
    expect(isAddressAllowed('10.0.1.0', 'Store.internal.', allowed)).toBe(true);
  });
});

describe('parseAllowedNetworks', () => {
  test.each(['10.0.0.0/33', 'http://x', 'a b', '1.2.3', '::1/129'])('names what it cannot read: %s', (entry) => {
    expect(() => parseAllowedNetworks([entry])).toThrow(`got "${entry}"`);
  });
});

describe('parseIpAddress', () => {
  test('an IPv4 address in the deprecated form of IPv6 is not to be reached', () => {
    expect(isAddressAllowed('::0.0.0.0', 'example.com', nothing)).toBe(false);
    expect(isAddressAllowed('::127.0.0.1', 'example.com', nothing)).toBe(false);
    expect(isAddressAllowed('::8.8.8.8', 'example.com', nothing)).toBe(false);
  });

  test('reads IPv4 as ipaddr.js does', () => {
    fc.assert(
      fc.property(fc.ipV4(), (text) => {
        expect(bytesOf(text)).toStrictEqual(ipaddr.parse(text).toByteArray());
      }),
    );
  });

  test('reads IPv6 as ipaddr.js does, and the IPv4 inside where there is one', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        // RFC 4291 2.5.5.1, deprecated: ipaddr.js reads `::1.2.3.4` as if it were `::ffff:1.2.3.4`; to us it is what it
        // says, and no address to reach.
        fc.pre(!/^::\d+\./.test(text));
        const expected = ipaddr.IPv6.parse(text);
        const isWrapped = ['ipv4Mapped', 'rfc6052'].includes(expected.range());

        expect(bytesOf(text)).toStrictEqual(expected.toByteArray().slice(isWrapped ? 12 : 0));
      }),
    );
  });

  test('refuses every public address that ipaddr.js calls special', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const range = ipaddr.process(text).range();

        expect(
          isAddressAllowed(text, 'example.com', nothing) && !['unicast', 'rfc6052', 'as112', 'amt'].includes(range),
        ).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    ':::',
    '1::2::3',
    '12345::',
    '1:2:3:4:5:6:7',
    'fe80::1%eth0',
    'g::',
  ])('reads nothing into "%s"', (text) => {
    expect(parseIpAddress(text)).toBeUndefined();
  });
});

function bytesOf(text: string): number[] {
  const address = parseIpAddress(text);
  if (!address) throw new Error(`not read: ${text}`);
  const count = address.version === 4 ? 4 : 16;
  return Array.from({ length: count }, (_, index) =>
    Number((address.value >> BigInt(8 * (count - 1 - index))) & 0xffn),
  );
}
