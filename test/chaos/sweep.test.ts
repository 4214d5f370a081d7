import { randomUUID } from 'node:crypto';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { retentionScheduleId } from '../../src/startup/retention-schedule.ts';
import { createNamespace, temporalSettings } from '../support/namespace.ts';
import { createFleet } from './fleet.ts';

const uploads = 1500;

/** Uploads of which nothing came, as a folder store keeps them, a month old. */
async function abandonUploads(folder: string): Promise<void> {
  const monthAgo = Date.now() / 1000 - 30 * 24 * 60 * 60;
  for (let count = 0; count < uploads; count++) {
    const job = join(folder, `${randomUUID()}+`);
    await mkdir(job, { recursive: true });
    await writeFile(join(job, 'source'), '%PDF-1.7');
    await utimes(join(job, 'source'), monthAgo, monthAgo);
  }
}

test('a sweep whose worker is killed goes on where it was', { timeout: 120_000 }, async () => {
  const namespace = await createNamespace();
  onTestFinished(() => namespace[Symbol.asyncDispose]());
  const fleet = await createFleet(temporalSettings(namespace));
  onTestFinished(() => fleet[Symbol.asyncDispose]());
  const folder = join(fleet.directory, 'objects', 'objects', 'tenants+', 'acme+', 'jobs+');
  await abandonUploads(folder);
  const left = () =>
    readdir(folder).then(
      ({ length }) => length,
      () => 0,
    );
  const worker = await fleet.startWorker();

  await namespace.client.schedule.getHandle(retentionScheduleId).trigger();
  await expect.poll(left, { timeout: 60_000, interval: 10 }).toBeLessThan(uploads);
  await worker.end('SIGKILL');
  expect(await left()).toBeGreaterThan(0);
  await fleet.startWorker();

  await expect.poll(left, { timeout: 60_000 }).toBe(0);
});
