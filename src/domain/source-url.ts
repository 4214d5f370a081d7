import { ClassifierError } from './errors.ts';
import { fieldError } from './field-error.ts';
import { isInNetwork, parseIpAddress, parseNetwork, type IpAddress, type Network } from './ip-address.ts';

/** Private addresses that the operator opens to outgoing requests (`ALLOWED_NETWORKS`). */
export interface AllowedNetworks {
  readonly networks: readonly Network[];
  /** Lower case, without a final dot. */
  readonly hosts: ReadonlySet<string>;
}

const maxUrlLength = 8192;
/** Of a whole name, and of each part between dots (RFC 1035 2.3.4; 253 without the final dot). */
const maxHostLength = 253;
const maxLabelLength = 63;

/** Reads networks (`10.1.0.0/16`), addresses and host names. Throws `invalid_request` naming the setting. */
export function parseAllowedNetworks(entries: readonly string[]): AllowedNetworks {
  const networks: Network[] = [];
  const hosts = new Set<string>();
  for (const entry of entries.map((each) => each.trim()).filter(Boolean)) {
    const network = parseNetwork(entry.replace(/^\[(.*)\]$/, '$1'));
    if (network) networks.push(network);
    else if (/^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?\.?$/i.test(entry) && /[a-z]/i.test(entry)) hosts.add(toHost(entry));
    else {
      const detail = `ALLOWED_NETWORKS: must list networks (10.1.0.0/16), addresses or host names; got "${entry}"`;
      throw new ClassifierError('invalid_request', detail);
    }
  }
  return { networks, hosts };
}

/**
 * Checks a caller's URL as far as possible without DNS: a well-formed http or https URL, without credentials, whose
 * host is no forbidden address in any spelling and no name of this machine. Throws `invalid_request` or
 * `source_forbidden`.
 */
export function parseSourceUrl(value: string, allowed: AllowedNetworks, field = 'file_url'): URL {
  const url = value.length <= maxUrlLength ? URL.parse(value) : null;
  if (!url) throw fieldError(field, `must be an absolute URL of at most ${maxUrlLength} characters`);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw fieldError(field, 'must begin with http:// or https://');
  if (url.username !== '' || url.password !== '') throw fieldError(field, 'must not hold a user name or a password');
  if (isTooLongForDns(url.hostname)) {
    throw fieldError(field, `must name a host of at most ${maxHostLength} characters, ${maxLabelLength} between dots`);
  }
  if (allowed.hosts.has(toHost(url.hostname))) return url;
  const address = parseIpAddress(url.hostname.replace(/^\[(.*)\]$/, '$1'));
  if (address ? !isReachable(address, allowed) : isOwnName(toHost(url.hostname))) throw sourceForbidden(field);
  return url;
}

/** Whether DNS's address for `host` is allowed. An unreadable address is not. */
export function isAddressAllowed(address: string, host: string, allowed: AllowedNetworks): boolean {
  if (allowed.hosts.has(toHost(host))) return true;
  const parsed = parseIpAddress(address);
  return parsed !== undefined && isReachable(parsed, allowed);
}

/** Names neither the resolved address nor the reason: that would map the network for the caller. */
export function sourceForbidden(field = 'file_url'): ClassifierError {
  const detail = `The address of ${field} is not allowed.`;
  return fieldError(field, detail, { code: 'source_forbidden', sentence: detail });
}

function isReachable(address: IpAddress, allowed: AllowedNetworks): boolean {
  if (allowed.networks.some((network) => isInNetwork(address, network))) return true;
  if (address.version === 6 && !isInNetwork(address, globalUnicast)) return false;
  return !notPublic.some((network) => isInNetwork(address, network));
}

function isTooLongForDns(hostname: string): boolean {
  const host = toHost(hostname);
  return host.length > maxHostLength || host.split('.').some((label) => label.length > maxLabelLength);
}

/** RFC 6761 6.3, and Google's name for its metadata server. */
function isOwnName(host: string): boolean {
  return /(^|\.)localhost$|^localhost\.localdomain$|^ip6-(localhost|loopback)$|^metadata\.google\.internal$/.test(host);
}

function toHost(host: string): string {
  return host.toLowerCase().replace(/\.$/, '');
}

function toNetwork(text: string): Network {
  const parsed = parseNetwork(text);
  if (!parsed) throw new TypeError(`not a network: ${text}`);
  return parsed;
}

/**
 * All of IPv6 that is public lies in here (IANA IPv6 address space); loopback, local, multicast and the rest do not.
 */
const globalUnicast = toNetwork('2000::/3');

/** The IANA special-purpose registries, where not globally reachable, and tunnels to them. */
const notPublic = [
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // carrier-grade NAT; also Alibaba's metadata server
  '127.0.0.0/8', // loopback
  '168.63.129.16/32', // Azure's host services, a public address that only a virtual machine's host answers
  '169.254.0.0/16', // link-local; also the metadata servers of AWS, Azure and Google
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private
  '198.18.0.0/15', // benchmarking
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, broadcast
  '2001::/23', // protocol assignments: Teredo, benchmarking, ORCHID
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4, which carries any IPv4 address
  '3fff::/20', // documentation
].map(toNetwork);
