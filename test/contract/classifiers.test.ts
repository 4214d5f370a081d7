import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { publishVersion, resolveClassifier } from '../../src/records/classifiers/classifier-versions.ts';
import { createClassifier, readClassifier, updateClassifier } from '../../src/records/classifiers/classifiers.ts';
import type { ClassifyConfig } from '../../src/records/classifiers/classify-config.ts';
import { createObjectStore, type ObjectStoreConfig } from '../../src/storage/create-store.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';

const directory = await mkdtemp(join(tmpdir(), 'pigeonhole-definitions-'));
afterAll(() => rm(directory, { recursive: true, force: true }));

const bucket = `definitions-${randomUUID()}`;
const minio = inject('minio');
const stores: readonly (readonly [name: string, config: ObjectStoreConfig])[] = [
  ['a local folder', { kind: 'folder', directory }],
  ['SeaweedFS', { kind: 's3', bucket, ...inject('s3') }],
  ...(minio ? ([['MinIO', { kind: 's3', bucket, ...minio }]] as const) : []),
];

describe.each(stores)('classifiers in %s', (_name, storeConfig) => {
  let store: ObjectStore;

  beforeAll(async () => {
    store = createObjectStore(storeConfig);
    await store.check();
  });

  function configOf(description: string): ClassifyConfig {
    return { classifications: [{ id: 'other', type: 'other', description }] };
  }

  async function newClassifier(description = 'draft'): Promise<string> {
    return (await createClassifier(store, 'acme', { name: 'Mail', config: configOf(description) })).id;
  }

  function resolved(id: string, version?: string) {
    return resolveClassifier(store, 'acme', { id, version });
  }

  describe('publishing', () => {
    test('counts the first minor release 0.1 and the first major one 1.0, and on from the latest', async () => {
      const id = await newClassifier();
      const published: string[] = [];
      for (const releaseType of ['minor', 'minor', 'major', 'minor', 'major'] as const) {
        published.push((await publishVersion(store, 'acme', id, { releaseType })).version);
      }

      expect(published).toEqual(['0.1', '0.2', '1.0', '1.1', '2.0']);
    });

    test('gives twenty callers at once twenty numbers, and keeps what each of them published', async () => {
      const id = await newClassifier();
      const names = Array.from({ length: 20 }, (_, index) => `version ${index}`);

      const versions = await Promise.all(
        names.map((description, index) =>
          publishVersion(store, 'acme', id, { releaseType: index % 5 === 0 ? 'major' : 'minor', description }),
        ),
      );

      expect(new Set(versions.map(({ version }) => version)).size).toBe(20);
      expect(new Set(versions.map((version) => version.id)).size).toBe(20);
      for (const version of versions) {
        expect((await resolved(id, version.version)).version).toEqual(version);
      }
    });

    test('takes a snapshot, which later changes of the draft leave alone', async () => {
      const id = await newClassifier('before');
      const { version } = await publishVersion(store, 'acme', id, { releaseType: 'minor' });
      await updateClassifier(store, 'acme', id, { config: configOf('after') });

      expect((await resolved(id, version)).version.config).toEqual(configOf('before'));
      expect((await resolved(id, 'draft')).version.config).toEqual(configOf('after'));
    });
  });

  describe('a reference to a classifier', () => {
    test('means the latest published version, and the draft while there is none', async () => {
      const id = await newClassifier();

      expect((await resolved(id)).version.version).toBe('draft');
      for (let minor = 1; minor <= 11; minor++) await publishVersion(store, 'acme', id, { releaseType: 'minor' });

      expect((await resolved(id)).version.version).toBe('0.11');
      expect((await resolved(id, 'latest')).version.version).toBe('0.11');
    });

    test('may name the version by its id', async () => {
      const id = await newClassifier();
      const version = await publishVersion(store, 'acme', id, { releaseType: 'major' });
      const { version: draft } = await resolved(id, 'draft');

      expect((await resolved(id, version.id)).version).toEqual(version);
      expect((await resolved(id, draft.id)).version).toEqual(draft);
    });

    test.each(['0.2', '00.1', '1', '', 'constructor', '0.1.json', '../draft', 'clv_none_0_1'])(
      'to the version %j finds nothing',
      async (version) => {
        const id = await newClassifier();
        await publishVersion(store, 'acme', id, { releaseType: 'minor' });

        await expect(resolved(id, version)).rejects.toMatchObject({ code: 'not_found' });
      },
    );

    test('finds neither the classifier of another tenant nor its versions', async () => {
      const id = await newClassifier();
      const { id: versionId } = await publishVersion(store, 'acme', id, { releaseType: 'minor' });
      const other = await createClassifier(store, 'globex', { name: 'Mail' });

      await expect(resolveClassifier(store, 'globex', { id })).rejects.toMatchObject({ code: 'not_found' });
      await expect(resolveClassifier(store, 'globex', { id: other.id, version: versionId })).rejects.toMatchObject({
        code: 'not_found',
      });
    });
  });

  describe('updating', () => {
    test('of the name and of the configuration at once loses neither', async () => {
      const id = await newClassifier();

      await Promise.all([
        ...Array.from({ length: 10 }, () => updateClassifier(store, 'acme', id, { name: 'Renamed' })),
        ...Array.from({ length: 10 }, () => updateClassifier(store, 'acme', id, { config: configOf('changed') })),
      ]);

      expect(await readClassifier(store, 'acme', id)).toMatchObject({ name: 'Renamed', config: configOf('changed') });
    });
  });
});
