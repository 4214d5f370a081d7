import { mkdir, readFile, rename, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { searchAttributeKeys } from '../../../src/domain/search-attributes.ts';
import { finishedJob, startService, submit } from '../../support/service.ts';

test.each(['is gone', 'is the empty place where its volume was mounted'])(
  'a job waits while the folder of the documents %s, and goes on when it is back',
  async (what) => {
    await using service = await startService({ QUEUES: 'workflow,fetch,model,deliver' });
    const file = new Uint8Array(await readFile('examples/sample-invoice.pdf'));
    const jobId = await submit(service.url, { file });
    const folder = join(service.directory, 'objects');
    const isMountPoint = what.startsWith('is the empty');
    await rename(folder, `${folder}-elsewhere`);
    if (isMountPoint) await mkdir(folder);

    await service.serve(['render']);

    const handle = service.namespace.client.workflow.getHandle(jobId);
    const waitingFor = async () => (await handle.describe()).typedSearchAttributes.get(searchAttributeKeys.waitingFor);
    await expect.poll(waitingFor, { timeout: 30_000 }).toBe('store');
    await expect.poll(async () => (await fetch(`${service.url}/readyz`)).status, { timeout: 30_000 }).toBe(503);

    if (isMountPoint) await rmdir(folder);
    await rename(`${folder}-elsewhere`, folder);

    expect(await finishedJob(service.url, jobId)).toMatchObject({ status: 'completed' });
    await expect.poll(async () => (await fetch(`${service.url}/readyz`)).status, { timeout: 30_000 }).toBe(200);
  },
);
