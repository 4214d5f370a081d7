import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { ResolveHost } from '../../src/net/guarded-lookup.ts';
import { createResolveHost, type ResolveHostOptions } from '../../src/net/resolve-host.ts';
import { startDnsServer, type DnsAnswer } from '../support/dns-server.ts';

/** A system's resolver that notes whom it was asked for. */
function recordingSystem(answer: ResolveHost) {
  const asked: string[] = [];
  const askSystem: ResolveHost = (host) => {
    asked.push(host);
    return answer(host);
  };
  return { asked, askSystem };
}

const knowsAll: ResolveHost = async () => [{ address: '192.0.2.9', family: 4 }];
const knowsNone: ResolveHost = async (host) => {
  throw Object.assign(new Error(`no ${host}`), { code: 'ENOTFOUND' });
};
/** As getaddrinfo does where the servers of a name are silent: it ends long after everybody has lost patience. */
const isSilent: ResolveHost = () => Promise.withResolvers<never>().promise;

async function start(
  answer: (name: string) => DnsAnswer,
  { system = knowsNone, ...options }: Partial<ResolveHostOptions> & { readonly system?: ResolveHost } = {},
) {
  const server = await startDnsServer(answer);
  onTestFinished(() => server[Symbol.asyncDispose]());
  const { asked, askSystem } = recordingSystem(system);
  const servers = [server.address];
  const resolveHost = createResolveHost({ allowedNetworks: [], timeoutMs: 30_000, servers, askSystem, ...options });
  return { resolveHost, questions: server.questions, asked };
}

test("a caller's name is resolved by DNS alone", async () => {
  const { resolveHost, questions, asked } = await start(() => '192.0.2.1');

  expect(await resolveHost('Files.Example.com.')).toEqual([{ address: '192.0.2.1', family: 4 }]);
  expect(questions.toSorted()).toEqual(['files.example.com 1', 'files.example.com 28']);
  expect(asked).toEqual([]);
});

test('names whose servers are silent hold up no other, however many there are, and fail in time', async () => {
  const answer = (name: string): DnsAnswer => (name.startsWith('slow') ? 'silence' : '192.0.2.1');
  const { resolveHost, asked } = await start(answer, { timeoutMs: 1000 });
  const ended: string[] = [];
  const slow = Array.from({ length: 64 }, (_, index) =>
    resolveHost(`slow${index}.example.com`).catch((error: unknown) => {
      ended.push('slow');
      return error;
    }),
  );

  const quick = await resolveHost('files.example.com');
  ended.push('quick');

  expect(quick).toEqual([{ address: '192.0.2.1', family: 4 }]);
  for (const error of await Promise.all(slow)) expect(error).toMatchObject({ code: 'ETIMEOUT' });
  expect(ended[0]).toBe('quick');
  // Another resolver would be as slow, and hold a thread.
  expect(asked).toEqual([]);
});

test('names that only the system knows hold one of its threads at most, and fail in time', async () => {
  const { resolveHost, asked } = await start(() => 'none', { timeoutMs: 300, system: isSilent });

  const failures = await Promise.allSettled(['one.internal', 'two.internal', 'nas'].map(resolveHost));

  for (const failure of failures) expect(failure).toMatchObject({ reason: { code: 'ETIMEOUT' } });
  expect(asked).toHaveLength(1);
});

test('whoever lost patience in the queue is not looked up when its turn comes', async () => {
  const first = Promise.withResolvers<void>();
  const system: ResolveHost = async (host) => {
    if (host === 'first') await first.promise;
    return knowsAll(host);
  };
  const { resolveHost, asked } = await start(() => 'none', { timeoutMs: 300, system });
  const impatient = await Promise.allSettled([resolveHost('first'), resolveHost('second')]);
  first.resolve();

  expect(await resolveHost('third')).toEqual([{ address: '192.0.2.9', family: 4 }]);
  expect(impatient.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(asked).toEqual(['first', 'third']);
});

test.each([
  ['of one label', 'minio'],
  ['of /etc/hosts', 'Pinned.Example.com'],
  ['that the operator allows', 'files.corp.example'],
])('a name %s is the system’s to resolve, without a question to DNS', async (_what, name) => {
  const folder = await mkdtemp(join(tmpdir(), 'hosts-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const hostsFile = join(folder, 'hosts');
  await writeFile(hostsFile, '# 10.0.0.1 commented.example.com\n10.0.0.2\tother pinned.example.com # pinned\n');
  const allowedNetworks = ['files.corp.example'];
  const { resolveHost, questions } = await start(() => '192.0.2.1', { hostsFile, allowedNetworks, system: knowsAll });

  expect(await resolveHost(name)).toEqual([{ address: '192.0.2.9', family: 4 }]);
  expect(questions).toEqual([]);
  expect(await resolveHost('commented.example.com')).toEqual([{ address: '192.0.2.1', family: 4 }]);
});

test('a hosts file that changed is read again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hosts-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const hostsFile = join(folder, 'hosts');
  const { resolveHost } = await start(() => '192.0.2.1', { hostsFile, system: knowsAll });
  expect(await resolveHost('a.example.com')).toEqual([{ address: '192.0.2.1', family: 4 }]);

  await writeFile(hostsFile, '10.0.0.2 a.example.com\n');

  expect(await resolveHost('a.example.com')).toEqual([{ address: '192.0.2.9', family: 4 }]);
});

test('what DNS does not know, a search domain may: the system is asked', async () => {
  const { resolveHost } = await start(() => 'none', { system: knowsAll });

  expect(await resolveHost('minio.storage')).toEqual([{ address: '192.0.2.9', family: 4 }]);
});

test('a machine without a DNS server resolves as its system does', async () => {
  const silent = await startDnsServer(() => 'silence');
  await silent[Symbol.asyncDispose]();
  const { resolveHost } = await start(() => 'none', { servers: [silent.address], system: knowsAll });

  expect(await resolveHost('files.example.com')).toEqual([{ address: '192.0.2.9', family: 4 }]);
});

test('a name that nobody knows is none', async () => {
  const { resolveHost } = await start(() => 'none');

  await expect(resolveHost('nowhere.example.com')).rejects.toMatchObject({ code: 'ENOTFOUND' });
});

test('a server that fails is believed, and the system not asked the same', async () => {
  const { resolveHost, asked } = await start(() => 'failed');

  await expect(resolveHost('broken.example.com')).rejects.toMatchObject({ code: 'ESERVFAIL' });
  expect(asked).toEqual([]);
});
