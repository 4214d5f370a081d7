import { lookup, Resolver } from 'node:dns/promises';
import { readFile, stat } from 'node:fs/promises';
import { parseAllowedNetworks } from '../domain/source-url.ts';
import type { ResolvedAddress, ResolveHost } from './guarded-lookup.ts';

export interface ResolveHostOptions {
  /** Names in here are the operator's own: the system resolves them. */
  readonly allowedNetworks: readonly string[];
  /** From the question to the answer, in milliseconds, whichever server answers. */
  readonly timeoutMs: number;
  /** DNS servers, `address:port`; those of the system by default. */
  readonly servers?: readonly string[];
  /** `/etc/hosts` by default. */
  readonly hostsFile?: string;
  /** The system's resolver: getaddrinfo by default. */
  readonly askSystem?: ResolveHost;
}

/**
 * Resolves names that callers choose without holding up anybody else's. getaddrinfo has half of libuv's threads, two by
 * default, and cannot be stopped: two names whose servers are silent would hold up those of the store and the model. So
 * DNS is asked on sockets of our own, for at most `timeoutMs`, and getaddrinfo only for what it alone knows (names of
 * one label, of /etc/hosts, of ALLOWED_NETWORKS, and what DNS does not know), one name at a time. Throws what node's
 * resolvers throw; `ETIMEOUT` when the time is over, `ENOTFOUND` when nobody knows the name.
 */
export function createResolveHost(options: ResolveHostOptions): ResolveHost {
  const { timeoutMs, servers, askSystem = getAddresses } = options;
  const ownNames = parseAllowedNetworks(options.allowedNetworks).hosts;
  const hostsFile = createHostsFile(options.hostsFile ?? '/etc/hosts');
  const askSystemInTurn = oneAtATime(askSystem);

  async function askDns(host: string, signal: AbortSignal): Promise<readonly ResolvedAddress[]> {
    // A new one for each name, as getaddrinfo has it: it reads resolv.conf, which may have changed, and can be
    // cancelled.
    const resolver = new Resolver({ timeout: Math.ceil(timeoutMs / 5), tries: 3 });
    if (servers) resolver.setServers(servers);
    signal.addEventListener('abort', () => resolver.cancel(), { once: true });
    const [four, six] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    const found = [...addressesOf(four, 4), ...addressesOf(six, 6)];
    if (found.length > 0) return found;
    if (signal.aborted) throw timedOut(host);
    const reasons = [four, six].flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    // "No such name" counts only where both questions had it for an answer.
    throw reasons.find((reason) => !isUnknownToDns(reason)) ?? reasons[0];
  }

  return async function resolveHost(name) {
    const host = name.toLowerCase().replace(/\.$/, '');
    const signal = AbortSignal.timeout(timeoutMs);
    const isOfSystem = !host.includes('.') || ownNames.has(host) || (await hostsFile.names()).has(host);
    if (isOfSystem) return askSystemInTurn(name, signal);
    try {
      return await askDns(host, signal);
    } catch (error) {
      // Search domains, mDNS and whatever else nsswitch.conf has; also a machine that resolves without DNS.
      if (!isUnknownToDns(error) && codeOf(error) !== 'ECONNREFUSED') throw error;
      return askSystemInTurn(name, signal);
    }
  };
}

type ResolveInTurn = (host: string, signal: AbortSignal) => Promise<readonly ResolvedAddress[]>;

/**
 * Fails calls that have waited too long. The next one starts when the previous one has ended, because that holds its
 * thread until then.
 */
function oneAtATime(resolve: ResolveHost): ResolveInTurn {
  let last: Promise<unknown> = Promise.resolve();
  return async (host, signal) => {
    const pending = last.then(() => {
      if (signal.aborted) throw timedOut(host);
      return resolve(host);
    });
    last = pending.catch(() => undefined);
    const { promise: tooLate, reject } = Promise.withResolvers<never>();
    const onAbort = (): void => reject(timedOut(host));
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await Promise.race([pending, tooLate]);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  };
}

function getAddresses(host: string): Promise<readonly ResolvedAddress[]> {
  return lookup(host, { all: true, order: 'verbatim' });
}

function addressesOf(outcome: PromiseSettledResult<readonly string[]>, family: 4 | 6): readonly ResolvedAddress[] {
  return outcome.status === 'fulfilled' ? outcome.value.map((address) => ({ address, family })) : [];
}

/** The name is none, or has no addresses. */
function isUnknownToDns(error: unknown): boolean {
  return ['ENOTFOUND', 'ENODATA'].includes(codeOf(error) ?? '');
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function timedOut(host: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`no address for ${host} in time`), { code: 'ETIMEOUT' });
}

interface HostsFile {
  /** Every name that the file gives an address, in lower case; none where there is no such file. */
  names(): Promise<ReadonlySet<string>>;
}

/** The names of a hosts file (hosts(5)), which is read again when it has changed. */
function createHostsFile(path: string): HostsFile {
  let known: { readonly version: string; readonly names: ReadonlySet<string> } | undefined;
  return {
    async names() {
      try {
        const { mtimeMs, size, ino } = await stat(path);
        const version = `${mtimeMs} ${size} ${ino}`;
        if (known?.version !== version) known = { version, names: parseHosts(await readFile(path, 'utf8')) };
        return known.names;
      } catch {
        return new Set();
      }
    },
  };
}

function parseHosts(text: string): ReadonlySet<string> {
  const lines = text.split('\n').map((line) => line.split('#', 1).join('').trim().toLowerCase());
  return new Set(lines.flatMap((line) => line.split(/\s+/).slice(1)));
}
