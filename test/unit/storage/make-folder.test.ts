import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeFolder } from '../../../src/storage/file-system.ts';

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'make-folder-'));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

describe('makeFolder', () => {
  test('makes what is missing and tells the topmost folder that is new', async () => {
    expect(await makeFolder(join(parent, 'a', 'b', 'c'))).toBe(join(parent, 'a'));
    expect(await makeFolder(join(parent, 'a', 'b', 'd'))).toBe(join(parent, 'a', 'b', 'd'));
    expect(await makeFolder(join(parent, 'a', 'b', 'd'))).toBeUndefined();
    expect((await stat(join(parent, 'a', 'b', 'c'))).isDirectory()).toBe(true);
  });

  test('is done by any number of callers at once', async () => {
    const path = join(parent, 'shared', 'by', 'all');

    await Promise.all(Array.from({ length: 20 }, () => makeFolder(path)));

    expect((await stat(path)).isDirectory()).toBe(true);
  });

  test('fails where a file is in the way', async () => {
    await writeFile(join(parent, 'file'), '');

    await expect(makeFolder(join(parent, 'file'))).rejects.toThrow(/EEXIST/);
    await expect(makeFolder(join(parent, 'file', 'a', 'b'))).rejects.toThrow(/ENOTDIR/);
  });

  test.runIf(process.platform === 'linux')(
    'fails where the file system takes no folder, instead of trying for ever',
    async () => {
      await expect(makeFolder('/proc/nope/a/b')).rejects.toThrow(/ENOENT/);
    },
  );
});
