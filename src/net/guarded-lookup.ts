import type { LookupFunction } from 'node:net';
import { isAddressAllowed, sourceForbidden, type AllowedNetworks } from '../domain/source-url.ts';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** All addresses of a host name. */
export type ResolveHost = (host: string) => Promise<readonly ResolvedAddress[]>;

/**
 * A `lookup` for sockets that gives out checked addresses only. One forbidden address forbids the name: a name that is
 * public and private at once is an attack or a mistake, and the outcome must not hang on the order of DNS.
 */
export function createGuardedLookup(allowed: AllowedNetworks, resolve: ResolveHost, field: string): LookupFunction {
  async function find(host: string): Promise<readonly ResolvedAddress[] | Error> {
    try {
      const addresses = await resolve(host);
      if (addresses.length === 0) return notFound(host);
      return addresses.every(({ address }) => isAddressAllowed(address, host, allowed))
        ? addresses
        : sourceForbidden(field);
    } catch (error) {
      return error instanceof Error ? error : notFound(host);
    }
  }

  async function answer(...[host, options, callback]: Parameters<LookupFunction>): Promise<void> {
    const found = await find(host);
    if (found instanceof Error) callback(found, '', 0);
    else if (options.all) callback(null, [...found]);
    else callback(null, found[0]?.address ?? '', found[0]?.family);
  }

  return (host, options, callback) => void answer(host, options, callback);
}

function notFound(host: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`no address for ${host}`), { code: 'ENOTFOUND' });
}
