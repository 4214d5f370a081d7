import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { expect, inject, onTestFinished, test } from 'vitest';
import { createObjectStore } from '../../src/storage/create-store.ts';
import { jobKeys } from '../../src/records/keys.ts';
import { createMinioStore } from '../../src/storage/minio-store.ts';

const s3 = inject('s3');
const id = '請求書'.repeat(8);

test('what an earlier version put under a long id is read, and deleted with what was put since', async () => {
  const options = { ...s3, bucket: `contract-${randomUUID()}` };
  const earlier = createMinioStore(options);
  await earlier.check();
  const store = createObjectStore({ kind: 's3', ...options });
  const keys = jobKeys('default', id);
  await earlier.put(`tenants/default/jobs/${encodeURIComponent(id)}/result.json`, Buffer.from('{"a":1}'));

  expect(Buffer.from((await store.get(keys.result))?.bytes ?? []).toString()).toBe('{"a":1}');
  expect(await store.head(keys.result)).toMatchObject({ sizeBytes: 7 });
  expect(await store.copy(keys.result, 'tenants/default/copy')).toBe(true);
  await store.delete('tenants/default/copy');

  await store.put(keys.review, Buffer.from('{}'));
  await store.deletePrefix(keys.prefix);

  expect(await Array.fromAsync(earlier.list('tenants/'))).toEqual([]);
});

test('a name that S3 refuses is a mistake of ours, for good, and an outage is none', async () => {
  let answer = { status: 400, code: 'KeyTooLongError' };
  const server = createServer((_request, response) => {
    const { status, code } = answer;
    response.writeHead(status, { 'content-type': 'application/xml' });
    response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`);
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const endpoint = `http://127.0.0.1:${port}`;
  const store = createMinioStore({ endpoint, bucket: 'bucket', accessKey: 'key', secretKey: 'secret' });

  await expect(store.put('a', Buffer.from('x'))).rejects.toMatchObject({ code: 'internal', retryable: false });
  answer = { status: 503, code: 'SlowDown' };
  await expect(store.put('a', Buffer.from('x'))).rejects.toMatchObject({
    code: 'storage_unavailable',
    retryable: true,
  });
});
