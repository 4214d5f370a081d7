/** An address as a number: 32 bits or 128. */
export interface IpAddress {
  readonly version: 4 | 6;
  readonly value: bigint;
}

export interface Network {
  readonly version: 4 | 6;
  readonly base: bigint;
  readonly prefixLength: number;
}

/**
 * Reads an address in the forms of DNS and the WHATWG URL parser: dotted decimal, and RFC 4291 2.2 with `::` and a
 * dotted tail. Not the odd forms of IPv4 (octal, hexadecimal, one number), which `new URL` has normalised.
 */
export function parseIpAddress(text: string): IpAddress | undefined {
  const four = parseFour(text);
  if (four !== undefined) return { version: 4, value: four };
  const six = parseSix(text);
  return six === undefined ? undefined : unwrap(six);
}

/** Reads `10.0.0.0/8`, `fd00::/8`, or one address. */
export function parseNetwork(text: string): Network | undefined {
  const match = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text);
  const address = parseIpAddress(match?.[1] ?? '');
  if (!address) return undefined;
  const bits = address.version === 4 ? 32 : 128;
  const prefixLength = match?.[2] === undefined ? bits : Number(match[2]);
  if (prefixLength > bits) return undefined;
  return { version: address.version, base: address.value, prefixLength };
}

export function isInNetwork(address: IpAddress, network: Network): boolean {
  if (address.version !== network.version) return false;
  const shift = BigInt((address.version === 4 ? 32 : 128) - network.prefixLength);
  return address.value >> shift === network.base >> shift;
}

function parseFour(text: string): bigint | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return undefined;
  const octets = text.split('.').map(Number);
  if (octets.some((octet) => octet > 255)) return undefined;
  return octets.reduce((value, octet) => (value << 8n) | BigInt(octet), 0n);
}

function parseSix(text: string): bigint | undefined {
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const four = tail && parseFour(tail[2] ?? '');
  if (tail && four === undefined) return undefined;
  const plain = tail && four !== null && four !== undefined ? tail[1] + toGroups(four) : text;
  const halves = plain.split('::');
  if (halves.length > 2) return undefined;
  const [head = [], rest] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - (rest?.length ?? 0);
  if (rest === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...(rest ? Array.from({ length: missing }, () => '0') : []), ...(rest ?? [])];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}

function toGroups(four: bigint): string {
  return `${(four >> 16n).toString(16)}:${(four & 0xffffn).toString(16)}`;
}

/** IPv4 inside IPv6, where the packet goes to the IPv4 host: mapped (RFC 4291 2.5.5.2) and NAT64 (RFC 6052 2.1). */
function unwrap(value: bigint): IpAddress {
  const prefix = value >> 32n;
  if (prefix === 0xffffn || prefix === 0x64ff9bn << 64n) return { version: 4, value: value & 0xffffffffn };
  return { version: 6, value };
}
