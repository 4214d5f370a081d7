import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, inject } from 'vitest';
import { createObjectStore } from '../../src/storage/create-store.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';

/** Both kinds of store, each new and empty; their folders go with the test file. */
export const storeKinds: readonly (readonly [name: string, create: () => Promise<ObjectStore>])[] = [
  [
    'a folder',
    async () => {
      const directory = await mkdtemp(join(tmpdir(), 'pigeonhole-store-'));
      afterAll(() => rm(directory, { recursive: true, force: true }));
      return ready(createObjectStore({ kind: 'folder', directory }));
    },
  ],
  ['S3', () => ready(createObjectStore({ kind: 's3', bucket: `store-${randomUUID()}`, ...inject('s3') }))],
];

/** The settings of the same two kinds, for a whole service. */
export function serviceStores(): readonly (readonly [name: string, settings: Readonly<Record<string, string>>])[] {
  const { endpoint, accessKey, secretKey, region } = inject('s3');
  return [
    ['a folder', {}],
    [
      'S3',
      {
        S3_ENDPOINT: endpoint,
        S3_ACCESS_KEY: accessKey,
        S3_SECRET_KEY: secretKey,
        S3_REGION: region,
        S3_BUCKET: `service-${randomUUID()}`,
      },
    ],
  ];
}

async function ready(store: ObjectStore): Promise<ObjectStore> {
  await store.check();
  return store;
}
