import { randomUUID } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import { Readable } from 'node:stream';
import { Client } from 'minio';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { createMinioStore } from '../../src/storage/minio-store.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';
import { chunks, failing } from './object-store-support.ts';

const mebibyte = 1024 * 1024;
const s3 = inject('s3');

describe('createMinioStore', () => {
  test.each(['a source that fails', 'a condition that does not hold'])(
    'leaves no unfinished multipart upload behind after %s',
    async (cause) => {
      const bucket = `contract-${randomUUID()}`;
      const store = createMinioStore({ ...s3, bucket, partSizeBytes: 5 * mebibyte });
      await store.check();
      await store.put('source', Buffer.from('first'));

      const put =
        cause === 'a source that fails'
          ? store.put('source', Readable.from(failing(11 * mebibyte, new Error('gone'))))
          : store.put('source', Readable.from(chunks(11 * mebibyte)), { ifNoneMatch: '*' });

      await expect(put).rejects.toThrow(/gone|condition/);
      const { hostname, port } = new URL(s3.endpoint);
      const client = new Client({ ...s3, endPoint: hostname, port: Number(port), useSSL: false });
      expect(await client.listIncompleteUploads(bucket, '', true).toArray()).toEqual([]);
      expect(Buffer.from((await store.get('source'))?.bytes ?? []).toString()).toBe('first');
    },
  );

  test('gives URLs that open an object without a key at the address that callers use, until they expire', async () => {
    const bucket = `contract-${randomUUID()}`;
    // The same server, by another name: a URL that is signed for one host is refused by another.
    const publicEndpoint = s3.endpoint.replace('127.0.0.1', 'localhost');
    const store = createMinioStore({ ...s3, bucket, publicEndpoint });
    await store.check();
    await store.put('tenants/acme/files/file_1/source', Buffer.from('content'));

    const url = await store.presign?.('tenants/acme/files/file_1/source', {
      expiresInSeconds: 60,
      contentType: 'text/plain; charset=utf-8',
      contentDisposition: `inline; filename*=UTF-8''a%20b.txt`,
    });

    expect(url).toMatch(new RegExp(`^${publicEndpoint}/`));
    const response = await fetch(url ?? '');
    expect(await response.text()).toBe('content');
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(response.headers.get('content-disposition')).toBe(`inline; filename*=UTF-8''a%20b.txt`);
    expect((await fetch((url ?? '').replace('file_1', 'file_2'))).status).toBe(403);
    expect((await fetch((url ?? '').split('?')[0] ?? '')).status).toBe(403);
    expect('presign' in createMinioStore({ ...s3, bucket })).toBe(false);
  });

  test('lets several processes create the bucket at once', async () => {
    const bucket = `contract-${randomUUID()}`;
    const stores = Array.from({ length: 5 }, () => createMinioStore({ ...s3, bucket }));

    await Promise.all(stores.map((store) => store.check()));

    await expect(stores[0]?.check()).resolves.toBeUndefined();
  });

  test('says storage_unavailable, and the reason to the operator, when the keys are wrong', async () => {
    const store = createMinioStore({ ...s3, bucket: 'contract-keys', secretKey: 'not-the-secret' });

    await expect(store.check()).rejects.toMatchObject({ code: 'storage_unavailable' });
    const error = await store.put('a', Buffer.from('x')).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'storage_unavailable',
      detail: 'The document store rejects its keys: check S3_ACCESS_KEY and S3_SECRET_KEY (SignatureDoesNotMatch).',
      cause: { message: expect.stringContaining('SignatureDoesNotMatch') },
    });
    expect(JSON.stringify(error)).not.toContain('not-the-secret');
  });

  test('says storage_unavailable when the bucket is gone', async () => {
    const store = createMinioStore({ ...s3, bucket: `contract-${randomUUID()}` });

    await expect(store.get('a')).rejects.toMatchObject({ detail: expect.stringContaining('check S3_BUCKET') });
    await expect(store.put('a', Buffer.from('x'))).rejects.toMatchObject({ code: 'storage_unavailable' });
  });

  test('says storage_unavailable when nothing listens', async () => {
    const store = createMinioStore({ ...s3, endpoint: await addressWithoutServer(), bucket: 'down' });

    expect(await failureCodes(store)).toEqual(new Set(['storage_unavailable']));
  });

  test('says storage_unavailable when the server takes requests and never answers', async () => {
    const endpoint = await serve(() => undefined);
    const store = createMinioStore({ ...s3, endpoint, bucket: 'silent', idleTimeoutMs: 200 });

    expect(await failureCodes(store)).toEqual(new Set(['storage_unavailable']));
  });

  test('says storage_unavailable when the server answers 503', async () => {
    const endpoint = await serve((request, response) => {
      request.resume();
      response.writeHead(503).end('<Error><Code>SlowDown</Code></Error>');
    });
    const store = createMinioStore({ ...s3, endpoint, bucket: 'overloaded' });

    expect(await failureCodes(store)).toEqual(new Set(['storage_unavailable']));
  });

  test('breaks a stream with storage_unavailable when the server goes away in the middle', async () => {
    const endpoint = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '1000', etag: '"e"' });
      response.write('half', () => response.destroy());
    });
    const store = createMinioStore({ ...s3, endpoint, bucket: 'breaking' });

    const found = await store.getStream('a');

    await expect(found?.stream.toArray()).rejects.toMatchObject({ code: 'storage_unavailable' });
    await expect(store.get('a')).rejects.toMatchObject({ code: 'storage_unavailable' });
  });

  test('takes an etag with or without quotes for the same', async () => {
    const store = createMinioStore({ ...s3, bucket: `contract-${randomUUID()}` });
    await store.check();

    const { etag } = await store.put('a', Buffer.from('x'));

    expect(etag).toMatch(/^[^"]+$/);
    await expect(store.put('a', Buffer.from('y'), { ifMatch: etag })).resolves.toBeDefined();
  });
});

/** The codes with which the calls of a store fail; undefined for one that succeeded. */
async function failureCodes(store: ObjectStore): Promise<Set<unknown>> {
  const calls: readonly Promise<unknown>[] = [
    store.check(),
    store.get('a'),
    store.head('a'),
    store.getStream('a'),
    store.delete('a'),
    store.deletePrefix('a/'),
    Array.fromAsync(store.list('a/')),
    store.put('a', Buffer.from('x')),
    store.put('a', Readable.from(chunks(6 * mebibyte))),
  ];
  const outcomes = await Promise.allSettled(calls);
  return new Set(outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason?.code : undefined)));
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => stop(server));
  return addressOf(server);
}

async function addressWithoutServer(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = addressOf(server);
  await stop(server);
  return address;
}

function addressOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return `http://127.0.0.1:${address.port}`;
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
