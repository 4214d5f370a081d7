import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { chunks, collect, inBatches, listed, type ObjectStoreSubject, uniquePrefix } from './object-store-support.ts';

/** What every ObjectStore promises about keys and bytes, whatever stands behind it. */
export function describeObjectStore(subject: ObjectStoreSubject): void {
  describe(`object store: ${subject.name}`, { timeout: 120_000 }, () => {
    const created = subject.create();

    test('gives back the bytes, size and etag of what was put', async () => {
      const store = await created;
      const key = `${uniquePrefix()}source`;
      const bytes = randomBytes(10_000);

      const facts = await store.put(key, bytes, { contentType: 'application/pdf' });

      expect(facts).toEqual({ key, sizeBytes: 10_000, etag: expect.any(String) });
      expect(await store.head(key)).toEqual(facts);
      const read = await store.get(key);
      expect(Buffer.from(read?.bytes ?? []).equals(bytes)).toBe(true);
      expect(read?.etag).toBe(facts.etag);
      const streamed = await store.getStream(key);
      expect(streamed?.facts).toEqual(facts);
      expect((await collect(streamed?.stream)).equals(bytes)).toBe(true);
      expect(await listed(store, key)).toEqual([{ ...facts, modifiedAt: expect.any(Date) }]);
    });

    test('tells when an object was written', async () => {
      const store = await created;
      const key = `${uniquePrefix()}source`;
      const secondMs = 1000;
      const before = Date.now();

      await store.put(key, Buffer.from('x'));

      const [object] = await listed(store, key);
      // S3 tells whole seconds.
      expect(object?.modifiedAt.getTime()).toBeGreaterThanOrEqual(before - secondMs);
      expect(object?.modifiedAt.getTime()).toBeLessThanOrEqual(Date.now() + secondMs);
    });

    test('lists on behind a key, also behind one that is gone', async () => {
      const store = await created;
      const prefix = uniquePrefix();
      const keys = ['a/1', 'a/2', 'a/b/3', 'b/4', 'c'].map((name) => prefix + name);
      for (const key of keys) await store.put(key, Buffer.from('x'));

      for (const [index, key] of keys.entries()) {
        const behind = await Array.fromAsync(store.list(prefix, { after: key }));
        expect(behind.map((object) => object.key)).toEqual(keys.slice(index + 1));
      }
      await store.deletePrefix(`${prefix}a/`);
      const left = await Array.fromAsync(store.list(prefix, { after: `${prefix}a/b/3` }));
      expect(left.map((object) => object.key)).toEqual(keys.slice(3));
    });

    test('names the folders below a prefix, and nothing deeper', async () => {
      const store = await created;
      const prefix = uniquePrefix();
      for (const name of ['file', 'acme/jobs/1/source', 'acme/jobs/2/source', 'acme-2/x', 'globex/x']) {
        await store.put(prefix + name, Buffer.from('x'));
      }

      const folders = await Array.fromAsync(store.folders(prefix));

      expect(folders.toSorted()).toEqual(['acme', 'acme-2', 'globex']);
      expect(await Array.fromAsync(store.folders(`${prefix}nothing/`))).toEqual([]);
    });

    test('copies an object, which stays when the first is deleted or replaced', async () => {
      const store = await created;
      const prefix = uniquePrefix();
      const [from, to, never] = [`${prefix}a%2Fb ü/source`, `${prefix}c/d/source`, `${prefix}never`];
      await store.put(from, Buffer.from('the bytes'), { contentType: 'application/pdf' });
      await store.put(to, Buffer.from('of before'));

      expect(await store.copy(from, to)).toBe(true);
      expect(await store.copy(from, to)).toBe(true);
      await store.put(from, Buffer.from('of afterwards'));
      await store.delete(from);

      expect(Buffer.from((await store.get(to))?.bytes ?? []).toString()).toBe('the bytes');
      expect(await store.head(from)).toBeUndefined();
      expect(await store.copy(from, never)).toBe(false);
      expect(await store.head(never)).toBeUndefined();
    });

    test('stores an empty object', async () => {
      const store = await created;
      const key = `${uniquePrefix()}empty`;

      await store.put(key, Buffer.alloc(0));
      const streamedKey = `${key}-stream`;
      await store.put(streamedKey, Readable.from([]));

      expect((await store.get(key))?.bytes.length).toBe(0);
      expect((await store.head(streamedKey))?.sizeBytes).toBe(0);
    });

    test('has undefined for what is missing', async () => {
      const store = await created;
      const key = `${uniquePrefix()}missing`;

      expect(await store.get(key)).toBeUndefined();
      expect(await store.getStream(key)).toBeUndefined();
      expect(await store.head(key)).toBeUndefined();
      expect(await listed(store, `${key}/`)).toEqual([]);
    });

    test('deletes an object, and does not mind when it is not there', async () => {
      const store = await created;
      const key = `${uniquePrefix()}a/b`;
      await store.put(key, Buffer.from('x'));

      await store.delete(key);
      await store.delete(key);

      expect(await store.get(key)).toBeUndefined();
    });

    test.each(['small', 'large'])('stores a %s stream of unknown length byte for byte', async (size) => {
      const store = await created;
      const key = `${uniquePrefix()}stream`;
      const totalBytes = size === 'small' ? 3_333 : subject.largeBytes;
      const hash = createHash('sha256');

      const facts = await store.put(key, Readable.from(chunks(totalBytes, (chunk) => hash.update(chunk))));

      expect(facts.sizeBytes).toBe(totalBytes);
      expect(await store.head(key)).toEqual(facts);
      const streamed = await store.getStream(key);
      expect(
        createHash('sha256')
          .update(await collect(streamed?.stream))
          .digest('hex'),
      ).toBe(hash.digest('hex'));
    });

    test('tells a key from the folder of the same name', async () => {
      const store = await created;
      const prefix = uniquePrefix();

      await store.put(`${prefix}a`, Buffer.from('file'));
      await store.put(`${prefix}a/b`, Buffer.from('below'));
      await store.deletePrefix(`${prefix}a/`);

      expect((await listed(store, prefix)).map(({ key }) => key)).toEqual([`${prefix}a`]);
    });

    test('keeps keys apart and unchanged, whatever characters they hold', async () => {
      const store = await created;
      const prefix = uniquePrefix();
      const names = [
        'Größe 中文 😀.pdf',
        'UPPER',
        'upper',
        'a+b c%20d&e',
        'x.json+',
        '~tilde',
        '100%',
        '.hidden',
        'q\'uote"s',
        'ﬀ',
      ];

      for (const name of names) await store.put(`${prefix}${name}`, Buffer.from(name));

      const keys = (await listed(store, prefix)).map(({ key }) => key.slice(prefix.length));
      expect(keys).toEqual(names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
      for (const name of names) {
        expect(Buffer.from((await store.get(`${prefix}${name}`))?.bytes ?? []).toString()).toBe(name);
      }
    });

    test.each(['', '/a', 'a/', 'a//b', 'a/../b', '..', 'a/.', 'a\0b', 'a\nb', 'x'.repeat(1025)])(
      'refuses the key %j',
      async (key) => {
        const store = await created;

        await expect(store.put(key, Buffer.from('x'))).rejects.toThrow(TypeError);
        await expect(store.get(key)).rejects.toThrow(TypeError);
        await expect(store.delete(key)).rejects.toThrow(TypeError);
      },
    );

    test('lists a long folder whole and in the order of the keys, and deletes it whole', async () => {
      const store = await created;
      const prefix = uniquePrefix();
      const names = Array.from({ length: subject.longListing }, (_, index) => `${prefix}${index % 7}/${index}`);
      await inBatches(names, (key) => store.put(key, Buffer.from('x')));
      await store.put(`${prefix.slice(0, -1)}-beside`, Buffer.from('x'));

      const keys = (await listed(store, prefix)).map(({ key }) => key);

      expect(keys).toEqual(names.toSorted());
      await store.deletePrefix(prefix);
      expect(await listed(store, prefix)).toEqual([]);
      expect(await store.head(`${prefix.slice(0, -1)}-beside`)).toBeDefined();
    });

    test('is ready again and again', async () => {
      const store = await created;

      await store.check();

      await expect(store.check()).resolves.toBeUndefined();
    });
  });
}
