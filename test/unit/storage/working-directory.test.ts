import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { formatOwner, thisProcess } from '../../../src/storage/process-owner.ts';
import { createWorkingDirectory, sweepWorkingDirectories } from '../../../src/storage/working-directory.ts';

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'sweep-'));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

test('what a killed worker left behind is removed, and nothing else', async () => {
  const killed = join(parent, `pigeonhole-${formatOwner({ ...thisProcess, instance: '00000000' })}~x1`);
  await mkdir(killed);
  await writeFile(join(killed, 'source'), 'a document');
  await mkdir(join(parent, 'pigeonhole-of-somebody-else'));
  const own = await createWorkingDirectory(parent);

  expect(await sweepWorkingDirectories(parent)).toBe(1);
  expect((await readdir(parent)).toSorted((a, b) => a.localeCompare(b))).toEqual(
    [basename(own), 'pigeonhole-of-somebody-else'].toSorted((a, b) => a.localeCompare(b)),
  );
});
