import { randomUUID } from 'node:crypto';
import type { ExtendClient } from 'extend-ai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { announceHolder } from '../../../src/records/files/file-holders.ts';
import { createFile } from '../../../src/records/files/files.ts';
import { newId } from '../../../src/records/ids.ts';
import { taskQueues } from '../../../src/domain/contract.ts';
import type { DeletedCounts, Retention } from '../../../src/domain/retention.ts';
import { fileKeys, jobKeys } from '../../../src/records/keys.ts';
import type { deleteExpiredJobs } from '../../../workflows/index.ts';
import { extendClient } from '../../support/extend-client.ts';
import { invoiceOrOther as config, invoiceText } from '../../support/extend-config.ts';
import { startService, type TestService } from '../../support/service.ts';
import { serviceStores } from '../../support/store-kinds.ts';

/** A millisecond or so: all that is there is old. */
const noTime = 1e-8;

describe.each(serviceStores())('the sweep of files that nobody refers to, in %s', (_, settings) => {
  let service: TestService;
  let acme: ExtendClient;

  beforeAll(async () => {
    // Nothing is rendered: a run that is accepted waits.
    service = await startService({ ...settings, API_KEYS: 'acme:acme-key', QUEUES: 'workflow' });
    acme = extendClient(service.url, 'acme-key');
  });
  afterAll(() => service[Symbol.asyncDispose]());

  function sweep(retention: Retention): Promise<DeletedCounts> {
    return service.namespace.client.workflow.execute<typeof deleteExpiredJobs>('deleteExpiredJobs', {
      workflowId: `sweep-${randomUUID()}`,
      taskQueue: taskQueues.workflow,
      args: [retention],
    });
  }

  const objectsOf = (fileId: string) =>
    Array.fromAsync(service.store.list(fileKeys('acme', fileId).prefix), ({ key }) => key);
  const upload = async () => (await acme.files.upload(new File([invoiceText], 'a.txt'), {})).id;

  test('deletes bytes whose upload was cut off before they were a file, once they are old', async () => {
    const fileId = newId('file');
    const { source, password } = fileKeys('acme', fileId);
    await service.store.put(source, Buffer.from('%PDF-1.7'));
    await service.store.put(password, Buffer.from('sealed'));

    await sweep({ uploadDays: 1 });
    expect(await objectsOf(fileId)).toHaveLength(2);
    const { abandonedUploads } = await sweep({ uploadDays: noTime });

    expect(abandonedUploads).toBe(1);
    expect(await objectsOf(fileId)).toEqual([]);
  });

  test('leaves a file that was uploaded by itself', async () => {
    const fileId = await upload();

    await sweep({ jobDays: noTime, uploadDays: noTime });

    expect(await objectsOf(fileId)).toHaveLength(2);
  });

  /** A file that came with a run, which may be there or not. */
  async function fileOf(jobId: string): Promise<string> {
    const id = newId('file');
    const at = new Date().toISOString();
    const { source: key } = fileKeys('acme', id);
    const document = { key, sha256: 'ab', sizeBytes: 1, type: 'text' } as const;
    await service.store.put(key, Buffer.from('x'));
    await createFile(service.store, 'acme', {
      id,
      name: 'a',
      kind: 'TXT',
      createdAt: at,
      updatedAt: at,
      document,
      jobId,
    });
    return id;
  }

  test('deletes a file whose holders were killed before they were accepted, with the run that it came with', async () => {
    const jobId = randomUUID();
    const fileId = await fileOf(jobId);
    await service.store.put(
      jobKeys('acme', jobId).request,
      Buffer.from(JSON.stringify({ run: { config, source: 'API', file: { id: fileId } } })),
    );
    await announceHolder(service.store, 'acme', fileId, { kind: 'job', jobId: randomUUID() });
    await announceHolder(service.store, 'acme', fileId, { kind: 'item', evaluationSetId: 'ev_1', itemId: 'evi_1' });

    await sweep({ uploadDays: noTime });

    expect(await objectsOf(fileId)).toEqual([]);
  });

  test('passes over an object that cannot be read, and deletes the rest', async () => {
    const unreadable = newId('file');
    const { prefix } = fileKeys('acme', unreadable);
    await service.store.put(`${prefix}held-by/x.json`, Buffer.from('not JSON'));
    const jobId = randomUUID();
    const { request } = jobKeys('acme', jobId);
    await service.store.put(request, Buffer.from('not JSON'));
    const fileId = newId('file');
    await service.store.put(fileKeys('acme', fileId).source, Buffer.from('%PDF-1.7'));

    await sweep({ jobDays: noTime, uploadDays: noTime });

    expect(await objectsOf(fileId)).toEqual([]);
    expect(await objectsOf(unreadable)).toHaveLength(1);
    await service.store.delete(request);
    await service.store.deletePrefix(prefix);
  });

  test('deletes a file that came with a run of which nothing is left', async () => {
    const fileId = await fileOf(randomUUID());

    await sweep({ jobDays: noTime });

    expect(await objectsOf(fileId)).toEqual([]);
  });

  test('deletes the bytes of a deleted file when the run that needed them was ended without a word', async () => {
    const fileId = await upload();
    const run = await acme.classifyRuns.create({ file: { id: fileId }, config });
    await acme.files.delete(fileId);
    await sweep({ uploadDays: noTime });
    expect(await objectsOf(fileId)).toContain(fileKeys('acme', fileId).source);

    await service.namespace.client.workflow.getHandle(run.id.replace('clr_', '')).terminate();
    await sweep({ uploadDays: noTime });

    expect(await objectsOf(fileId)).toEqual([]);
  });
});
