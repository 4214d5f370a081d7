import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { createFolderStore } from '../../../src/storage/folder-store.ts';
import type { ObjectStore } from '../../../src/storage/object-store.ts';

async function storeWhoseVolumeIsAway() {
  const directory = await mkdtemp(join(tmpdir(), 'presence-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const mounted = join(directory, 'mounted');
  const store = createFolderStore({ directory: mounted });
  await store.put('a/b', Buffer.from('kept'));
  await rename(mounted, join(directory, 'volume'));
  await mkdir(mounted);
  return { store, mounted, volume: join(directory, 'volume') };
}

const uses: readonly (readonly [string, (store: ObjectStore) => Promise<unknown>])[] = [
  ['reading', (store) => store.get('a/b')],
  ['streaming', (store) => store.getStream('a/b')],
  ['looking', (store) => store.head('a/b')],
  ['finding the file', async (store) => store.localPath?.('a/b')],
  ['writing', (store) => store.put('a/c', Buffer.from('x'))],
  ['writing a stream', (store) => store.put('a/c', Readable.from([Buffer.from('x')]))],
  ['writing what must be new', (store) => store.put('a/c', Buffer.from('x'), { ifNoneMatch: '*' })],
  ['copying', (store) => store.copy('a/b', 'a/c')],
  ['deleting', (store) => store.delete('a/b')],
  ['deleting a folder', (store) => store.deletePrefix('a/')],
  ['listing', (store) => Array.fromAsync(store.list(''))],
  ['listing folders', (store) => Array.fromAsync(store.folders('a/'))],
  ['a check', (store) => store.check()],
];

test.each(uses)('%s says that the store is away, and leaves nothing where it was', async (_what, use) => {
  const { store, mounted, volume } = await storeWhoseVolumeIsAway();

  await expect(use(store)).rejects.toMatchObject({ code: 'storage_unavailable' });
  expect(await readdir(mounted)).toEqual([]);

  await rm(mounted, { recursive: true });
  await rename(volume, mounted);
  await store.check();
  expect(Buffer.from((await store.get('a/b'))?.bytes ?? []).toString()).toBe('kept');
});

test('a store from before there was a mark gets one, and keeps what it has', async () => {
  const { store, mounted, volume } = await storeWhoseVolumeIsAway();
  await rm(join(volume, 'objects', '~store'));
  await rm(mounted, { recursive: true });
  await rename(volume, mounted);
  await expect(store.check()).rejects.toMatchObject({ code: 'storage_unavailable' });

  const restarted = createFolderStore({ directory: mounted });
  await restarted.check();

  expect((await Array.fromAsync(restarted.list(''))).map(({ key }) => key)).toEqual(['a/b']);
});
