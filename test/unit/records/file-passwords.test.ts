import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Secret } from '../../../src/secret.ts';
import { createFilePasswords } from '../../../src/records/files/file-passwords.ts';
import { createFolderStore } from '../../../src/storage/folder-store.ts';
import { fileKeys, serverKeyKey } from '../../../src/records/keys.ts';
import type { ObjectStore } from '../../../src/storage/object-store.ts';
import { createServerKey } from '../../../src/records/server-key.ts';

let directory: string;
let store: ObjectStore;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pigeonhole-passwords-'));
  store = createFolderStore({ directory });
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const given = new Secret('a key of the operator, long enough');
const keyOf = (fileId: string) => fileKeys('acme', fileId).password;

describe('the password of a file', () => {
  test('is read as it was kept, in every process, and is sealed in between', async () => {
    const password = 'pässwörd 🔑';
    await createFilePasswords(store, createServerKey({ store })).keep('acme', 'file_1', password);

    expect(await createFilePasswords(store, createServerKey({ store })).read('acme', 'file_1')).toBe(password);
    const sealed = Buffer.from((await store.get(keyOf('file_1')))?.bytes ?? []);
    expect(sealed.includes(password)).toBe(false);
    expect(await createFilePasswords(store, createServerKey({ store })).read('acme', 'file_2')).toBeUndefined();
  });

  test('needs the key of the operator where there is one, which is not in the store', async () => {
    const passwords = createFilePasswords(store, createServerKey({ store, given }));
    await passwords.keep('acme', 'file_3', 'secret');

    expect(await passwords.read('acme', 'file_3')).toBe('secret');
    const stranger = createFilePasswords(store, createServerKey({ store }));
    await expect(stranger.read('acme', 'file_3')).rejects.toMatchObject({ code: 'worker_unfit' });
  });

  test('opens no other file, and not when it was tampered with', async () => {
    const passwords = createFilePasswords(store, createServerKey({ store, given }));
    await passwords.keep('acme', 'file_4', 'secret');
    const sealed = Buffer.from((await store.get(keyOf('file_4')))?.bytes ?? []);
    await store.put(keyOf('file_5'), sealed);
    await store.put(keyOf('file_6'), Buffer.concat([sealed.subarray(0, -1), Buffer.from('x')]));

    await expect(passwords.read('acme', 'file_5')).rejects.toMatchObject({ code: 'worker_unfit' });
    await expect(passwords.read('acme', 'file_6')).rejects.toMatchObject({ code: 'worker_unfit' });
  });
});

describe('the key of the installation', () => {
  test('is made once, whoever asks first', async () => {
    const own = createFolderStore({ directory: join(directory, 'own') });
    const keys = Array.from({ length: 5 }, () => createServerKey({ store: own }));

    const derived = await Promise.all(keys.map((key) => key.for('passwords')));

    expect(new Set(derived.map((each) => each.toString('hex'))).size).toBe(1);
    expect(derived[0]).toHaveLength(32);
    expect(await own.head(serverKeyKey)).toBeDefined();
  });
});
