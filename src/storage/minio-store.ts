import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { Readable } from 'node:stream';
import { type BucketItem, Client } from 'minio';
import { storageUnavailable } from '../domain/error-sentences.ts';
import { createBucketLifecycle } from './bucket-lifecycle.ts';
import { withMappedErrors, putFailure } from './streams.ts';
import { assertFolderPrefix, assertListPrefix, assertObjectKey } from './object-key.ts';
import type { ListedObject, ObjectFacts, ObjectStore } from './object-store.ts';
import { isMissingObject, mapS3Error, s3ErrorCode } from './s3-errors.ts';
import { createS3Transport } from './s3-transport.ts';
import { addressOf, createPresigner } from './s3-presign.ts';
import { unquoted, uploadBytes, uploadStream, type UploadTarget } from './s3-upload.ts';

export interface MinioStoreOptions {
  /** A URL without a path, such as `http://127.0.0.1:9000`. */
  readonly endpoint: string;
  /** The server's address in presigned URLs; without it there are none. */
  readonly publicEndpoint?: string | undefined;
  readonly bucket: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly region?: string | undefined;
  /** Objects up to this size are put in one request; at least 5 MiB (S3's own limit), at most 10,000 parts. */
  readonly partSizeBytes?: number;
  /** Folder for parts of streams above `spoolMemoryBytes`; needs `partSizeBytes` per upload. */
  readonly spoolDirectory?: string;
  readonly spoolMemoryBytes?: number;
  readonly connectTimeoutMs?: number;
  readonly idleTimeoutMs?: number;
}

const deleteBatchSize = 1000;

/** An ObjectStore on MinIO, or any other server that speaks S3. */
export function createMinioStore(options: MinioStoreOptions): ObjectStore {
  const { bucket, region = 'us-east-1', accessKey, secretKey, publicEndpoint } = options;
  const address = addressOf(options.endpoint);
  const isSecure = address.useSSL;
  const transport = createS3Transport({
    isSecure,
    connectTimeoutMs: options.connectTimeoutMs ?? 5_000,
    idleTimeoutMs: options.idleTimeoutMs ?? 30_000,
  });
  const client = new Client({
    ...address,
    accessKey,
    secretKey,
    region,
    transport: transport.transport,
    transportAgent: transport.agent,
    // Temporal and the callers retry; the client's own retries would also write to the console.
    retryOptions: { disableRetry: true },
  });
  const target: UploadTarget = {
    client,
    bucket,
    isSecure,
    partSizeBytes: options.partSizeBytes ?? 16 * 1024 * 1024,
    spool: {
      directory: options.spoolDirectory ?? tmpdir(),
      maxMemoryBytes: options.spoolMemoryBytes ?? 256 * 1024,
    },
  };

  const store: ObjectStore = {
    async put(key, body, putOptions = {}) {
      assertObjectKey(key);
      const { signal } = putOptions;
      try {
        signal?.throwIfAborted();
        const uploaded = await transport.withSignal(signal, () =>
          body instanceof Readable
            ? uploadStream(target, key, body, putOptions)
            : uploadBytes(target, key, body, putOptions),
        );
        return { key, ...uploaded };
      } catch (error) {
        if (body instanceof Readable) body.destroy();
        throw putFailure(error, signal, mapS3Error);
      }
    },

    async get(key) {
      const response = await request('GET', key);
      if (!response) return undefined;
      try {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(Buffer.from(chunk));
        return { bytes: Buffer.concat(chunks), etag: unquoted(response.headers.etag) };
      } catch (error) {
        throw mapS3Error(error);
      }
    },

    async getStream(key) {
      const response = await request('GET', key);
      return response && { stream: withMappedErrors(response, mapS3Error), facts: objectFacts(key, response) };
    },

    async head(key) {
      const response = await request('HEAD', key);
      response?.resume();
      return response && objectFacts(key, response);
    },

    async copy(fromKey, toKey) {
      assertObjectKey(fromKey);
      assertObjectKey(toKey);
      try {
        await client.copyObject(bucket, toKey, `/${bucket}/${fromKey}`);
        return true;
      } catch (error) {
        if (isMissingObject(error)) return false;
        throw mapS3Error(error);
      }
    },

    async delete(key) {
      assertObjectKey(key);
      await guarded(() => client.removeObject(bucket, key));
    },

    async deletePrefix(prefix) {
      assertFolderPrefix(prefix);
      let batch: string[] = [];
      for await (const { key } of list(prefix)) {
        batch.push(key);
        if (batch.length < deleteBatchSize) continue;
        await deleteAll(batch);
        batch = [];
      }
      if (batch.length > 0) await deleteAll(batch);
    },

    list(prefix, { after } = {}) {
      assertListPrefix(prefix);
      return list(prefix, after);
    },

    async *folders(prefix) {
      assertFolderPrefix(prefix);
      for await (const page of pages(prefix, '/')) {
        for (const entry of page) if (entry.prefix !== undefined) yield entry.prefix.slice(prefix.length, -1);
      }
    },

    lifecycle: createBucketLifecycle(client, bucket),
    ...(publicEndpoint !== undefined && { presign: createPresigner({ ...options, region, publicEndpoint }) }),

    async check() {
      await guarded(async () => {
        if (!(await bucketExists())) await makeBucket();
      });
      // A server that is full or read-only still answers for its bucket.
      const probe = 'pigeonhole-check';
      await store.put(probe, Buffer.from('check'));
      await store.delete(probe);
    },
  };
  return store;

  async function request(method: 'GET' | 'HEAD', key: string): Promise<IncomingMessage | undefined> {
    assertObjectKey(key);
    try {
      return await client.makeRequestAsync({ method, bucketName: bucket, objectName: key });
    } catch (error) {
      if (isMissingObject(error)) return undefined;
      throw mapS3Error(error);
    }
  }

  async function* list(prefix: string, after?: string): AsyncGenerator<ListedObject> {
    for await (const page of pages(prefix, '', after)) {
      for (const { name, size, etag, lastModified } of page) {
        if (name !== undefined) yield { key: name, sizeBytes: size, etag: unquoted(etag), modifiedAt: lastModified };
      }
    }
  }

  async function* pages(prefix: string, delimiter: string, after = ''): AsyncGenerator<BucketItem[]> {
    let token = '';
    for (;;) {
      const page = await guarded(() => client.listObjectsV2Query(bucket, prefix, token, delimiter, 1000, after));
      yield page.objects;
      if (!page.isTruncated) return;
      token = page.nextContinuationToken;
    }
  }

  async function deleteAll(keys: string[]): Promise<void> {
    const failures = await guarded(() => client.removeObjects(bucket, keys));
    const failure = failures.find((entry) => entry?.Error !== undefined || (entry && 'Code' in entry));
    if (failure) throw storageUnavailable(new Error(`S3 could not delete objects: ${JSON.stringify(failure)}`));
  }

  /** HEAD answers a bare 403 without a body; a request with a body shows whether the keys or the bucket are wrong. */
  async function bucketExists(): Promise<boolean> {
    try {
      return await client.bucketExists(bucket);
    } catch (error) {
      if (s3ErrorCode(error) !== 'AccessDenied') throw error;
      await client.listObjectsV2Query(bucket, '', '', '', 1, '');
      return true;
    }
  }

  async function makeBucket(): Promise<void> {
    try {
      await client.makeBucket(bucket, region);
    } catch (error) {
      // Another process was first.
      if (s3ErrorCode(error) !== 'BucketAlreadyOwnedByYou') throw error;
    }
  }
}

async function guarded<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw mapS3Error(error);
  }
}

function objectFacts(key: string, response: IncomingMessage): ObjectFacts {
  return {
    key,
    sizeBytes: Number(response.headers['content-length'] ?? 0),
    etag: unquoted(response.headers.etag),
  };
}
