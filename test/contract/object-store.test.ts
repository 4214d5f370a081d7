import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { createObjectStore, type ObjectStoreConfig } from '../../src/storage/create-store.ts';
import { numberFromChild } from '../support/memory-of-child.ts';
import type { S3Address } from '../support/servers.ts';
import { describeObjectStoreWriters } from './object-store-writers.contract.ts';
import { describeObjectStore } from './object-store.contract.ts';

const mebibyte = 1024 * 1024;
const directory = await mkdtemp(join(tmpdir(), 'pigeonhole-contract-'));
afterAll(() => rm(directory, { recursive: true, force: true }));

const minio = inject('minio');
const subjects: readonly (readonly [name: string, config: ObjectStoreConfig])[] = [
  ['local folder', { kind: 'folder', directory }],
  ['SeaweedFS', s3Config(inject('s3'))],
  ...(minio ? ([['MinIO', s3Config(minio)]] as const) : []),
];

for (const [name, config] of subjects) {
  const subject = {
    name,
    create: async () => {
      const store = createObjectStore(config);
      await store.check();
      return store;
    },
    longListing: 1100,
    largeBytes: 11 * mebibyte,
  };
  describeObjectStore(subject);
  describeObjectStoreWriters(subject);
  describe(`object store: ${name}`, () => {
    test('holds only a small part of a stream of 100 MB in memory', async () => {
      const script = join(import.meta.dirname, 'put-large-stream.child.ts');

      const grownBytes = await numberFromChild(script, [JSON.stringify(config)]);

      expect(grownBytes).toBeLessThan(60 * mebibyte);
    });
  });
}

function s3Config(address: S3Address): ObjectStoreConfig {
  return { kind: 's3', bucket: `contract-${randomUUID()}`, partSizeBytes: 5 * mebibyte, ...address };
}
