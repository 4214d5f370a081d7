import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createFolderLock } from '../../../src/storage/folder-lock.ts';
import { createFolderStore } from '../../../src/storage/folder-store.ts';
import { readJson } from '../../../src/records/json-documents.ts';

/** No process has this id: it is beyond the largest that Linux and macOS give. */
const deadPid = 4_194_305;
const here = hostname().replace(/[^A-Za-z0-9.-]/g, '_');

describe('createFolderStore', () => {
  test('loses no update of several processes on one folder', async () => {
    const directory = await temporaryDirectory();
    const script = join(import.meta.dirname, 'append-to-document.child.ts');
    const names = ['a', 'b', 'c', 'd'];

    const codes = await Promise.all(
      names.map(async (name) => {
        const child = spawn(process.execPath, [script, directory, name, '10'], { stdio: 'inherit' });
        const [code] = await once(child, 'close');
        return code;
      }),
    );

    expect(codes).toEqual([0, 0, 0, 0]);
    const parse = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
    const document = await readJson(createFolderStore({ directory }), 'shared.json', parse);
    const expected = names.flatMap((name) => Array.from({ length: 10 }, (_, time) => `${name}-${time}`));
    expect(document?.value.toSorted()).toEqual(expected.toSorted());
  });

  test('gives every version its own etag, also for equal bytes written at once after each other', async () => {
    const store = createFolderStore({ directory: await temporaryDirectory() });

    const etags = new Set<string>();
    let previous = await store.put('a', Buffer.from('same'));
    for (let version = 0; version < 50; version++) {
      previous = await store.put('a', Buffer.from('same'), { ifMatch: previous.etag });
      etags.add(previous.etag);
    }

    expect(etags.size).toBe(50);
  });

  test('keeps no temporary file, lock or empty folder behind', async () => {
    const directory = await temporaryDirectory();
    const store = createFolderStore({ directory });
    await store.put('a/b/c', Buffer.from('x'));
    await store.put('a/b/c', Buffer.from('y'));
    await store.put('a/b/c', Buffer.from('z'), { ifNoneMatch: '*' }).catch(() => undefined);
    const broken = Readable.from(
      (function* () {
        yield Buffer.from('half');
        throw new Error('broken');
      })(),
    );
    await store.put('a/b/d', broken).catch(() => undefined);

    await store.delete('a/b/c');

    expect((await readdir(directory, { recursive: true })).toSorted()).toEqual(
      ['locks', 'objects', 'objects/~store', 'temporary'].toSorted(),
    );
  });

  test('clears away the folder that a deleter left empty when it died', async () => {
    const directory = await temporaryDirectory();
    const store = createFolderStore({ directory });
    await store.put('a/kept', Buffer.from('x'));
    await mkdir(join(directory, 'objects', 'a+', 'b+', 'c+'), { recursive: true });

    expect((await Array.fromAsync(store.list('a/'))).map(({ key }) => key)).toEqual(['a/kept']);
    expect(await readdir(join(directory, 'objects'), { recursive: true })).toEqual(['a+', '~store', 'a+/kept']);
  });

  test('sweeps what a writer that died left behind, and leaves what another is writing', async () => {
    const directory = await temporaryDirectory();
    const temporary = join(directory, 'temporary');
    await mkdir(temporary);
    const ofDeadProcess = `${here}~${deadPid}~0a1b~x`;
    const ofEarlierProcess = `${here}~${process.pid}~0a1b~x`;
    const ofLivingProcess = `${here}~${process.ppid}~0a1b~x`;
    const ofOtherHost = `elsewhere~1~0a1b~x`;
    const oldOfOtherHost = `elsewhere~1~0a1b~y`;
    for (const name of [ofDeadProcess, ofEarlierProcess, ofLivingProcess, ofOtherHost, oldOfOtherHost]) {
      await writeFile(join(temporary, name), 'half');
    }
    const longAgo = Date.now() / 1000 - 2 * 24 * 3600;
    await utimes(join(temporary, oldOfOtherHost), longAgo, longAgo);

    await createFolderStore({ directory }).check();

    expect((await readdir(temporary)).toSorted()).toEqual([ofLivingProcess, ofOtherHost].toSorted());
  });

  test('keeps every file below its own folder, whatever the key', async () => {
    const outer = await temporaryDirectory();
    const store = createFolderStore({ directory: join(outer, 'store') });

    await store.put('C:\\x', Buffer.from('1'));
    await store.put('%2e%2e/%2e%2e/x', Buffer.from('2'));
    await store.put('..%2f..%2fx', Buffer.from('3'));
    await expect(store.put('../x', Buffer.from('4'))).rejects.toThrow(TypeError);

    expect(await readdir(outer)).toEqual(['store']);
  });

  test('ignores files that others put into its folder', async () => {
    const directory = await temporaryDirectory();
    const store = createFolderStore({ directory });
    await store.put('a/b', Buffer.from('x'));
    await writeFile(join(directory, 'objects', 'a+', 'Thumbs.db'), 'x');
    await writeFile(join(directory, 'objects', 'a+', '%zz'), 'x');

    expect((await Array.fromAsync(store.list(''))).map(({ key }) => key)).toEqual(['a/b']);
  });

  test('says storage_unavailable when the folder can be neither made nor written', async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'file'), '');
    const store = createFolderStore({ directory: join(directory, 'file', 'below') });

    await expect(store.check()).rejects.toMatchObject({ code: 'storage_unavailable', cause: { code: 'ENOTDIR' } });
    await expect(store.put('a', Buffer.from('x'))).rejects.toMatchObject({ code: 'storage_unavailable' });
  });
});

describe('createFolderLock', () => {
  test('takes over the lock of a process that died', async () => {
    const directory = await temporaryDirectory();
    const withLock = createFolderLock({ directory, timeoutMs: 5_000 });
    const path = await lockPathOf(directory, 'key');
    await writeFile(path, `${here}~${deadPid}~0a1b`);

    expect(await withLock('key', async () => 'held')).toBe('held');
    expect(await readdir(directory)).toEqual([]);
  });

  test('lets one at a time in when many find the lock of a process that died', async () => {
    const directory = await temporaryDirectory();
    const locks = Array.from({ length: 10 }, () => createFolderLock({ directory }));
    await writeFile(await lockPathOf(directory, 'key'), `${here}~${deadPid}~0a1b`);
    let inside = 0;
    let most = 0;

    await Promise.all(
      locks.map((withLock) =>
        withLock('key', async () => {
          most = Math.max(most, ++inside);
          await new Promise((resolve) => setImmediate(resolve));
          inside -= 1;
        }),
      ),
    );

    expect(most).toBe(1);
  });

  test('gives up with storage_unavailable when a living process keeps the lock', async () => {
    const directory = await temporaryDirectory();
    await writeFile(await lockPathOf(directory, 'key'), `${here}~${process.ppid}~0a1b`);

    const held = createFolderLock({ directory, timeoutMs: 20 })('key', async () => 'held');

    await expect(held).rejects.toMatchObject({ code: 'storage_unavailable' });
  });

  test('goes on after an action that failed', async () => {
    const withLock = createFolderLock({ directory: await temporaryDirectory() });

    await expect(withLock('key', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await withLock('key', async () => 'held')).toBe('held');
  });
});

/** Where the lock of a key is: seen by holding it once. */
async function lockPathOf(directory: string, key: string): Promise<string> {
  const [name = ''] = await createFolderLock({ directory })(key, () => readdir(directory));
  return join(directory, name);
}

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'pigeonhole-folder-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
