import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import type { ObjectStoreConfig } from '../../../src/storage/create-store.ts';
import { startUploadAppProcess } from '../../support/upload-app-process.ts';

const megabyte = 1_000_000;

describe('an upload', { timeout: 180_000 }, () => {
  test.each(['folder', 's3'] as const)('of 200 MB takes only a small part of that as memory (%s)', async (kind) => {
    const app = await startUploadAppProcess(await configOf(kind));
    onTestFinished(app.stop);
    expect(await app.upload(megabyte)).toBe(200);

    const grownBytes = await app.memoryGrowthDuring(() => app.upload(200 * megabyte));

    expect(grownBytes).toBeLessThan(80 * megabyte);
  });

  test('is stored on S3 beside nine others that run at the same time', async () => {
    const app = await startUploadAppProcess(await configOf('s3'));
    onTestFinished(app.stop);

    const statuses = await Promise.all(Array.from({ length: 10 }, () => app.upload(8 * megabyte)));

    expect(statuses).toEqual(Array.from({ length: 10 }, () => 200));
  });
});

async function configOf(kind: ObjectStoreConfig['kind']): Promise<ObjectStoreConfig> {
  if (kind === 's3') return { kind, bucket: `upload-${randomUUID()}`, ...inject('s3') };
  const directory = await mkdtemp(join(tmpdir(), 'pigeonhole-upload-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return { kind, directory };
}
