import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { readJson, updateJson } from '../../src/records/json-documents.ts';
import { PreconditionFailed } from '../../src/storage/object-store.ts';
import { chunks, failing, listed, type ObjectStoreSubject, uniquePrefix } from './object-store-support.ts';

/** What every ObjectStore promises to writers who meet, fail or give up. */
export function describeObjectStoreWriters(subject: ObjectStoreSubject): void {
  describe(`object store under several writers: ${subject.name}`, { timeout: 120_000 }, () => {
    const created = subject.create();

    test('lets exactly one of 20 parallel creators win', async () => {
      const store = await created;
      const key = `${uniquePrefix()}once`;

      const attempts = await Promise.allSettled(
        Array.from({ length: 20 }, (_, index) => store.put(key, Buffer.from(`writer ${index}`), { ifNoneMatch: '*' })),
      );

      const winners = attempts.flatMap((attempt, index) => (attempt.status === 'fulfilled' ? [index] : []));
      const losers = attempts.flatMap((attempt) => (attempt.status === 'rejected' ? [attempt.reason] : []));
      expect(winners).toHaveLength(1);
      for (const reason of losers) expect(reason).toBeInstanceOf(PreconditionFailed);
      expect(Buffer.from((await store.get(key))?.bytes ?? []).toString()).toBe(`writer ${winners[0]}`);
    });

    test('refuses to replace an object that another writer has changed or deleted', async () => {
      const store = await created;
      const key = `${uniquePrefix()}document`;
      const first = await store.put(key, Buffer.from('1'));
      const second = await store.put(key, Buffer.from('2'), { ifMatch: first.etag });

      await expect(store.put(key, Buffer.from('3'), { ifMatch: first.etag })).rejects.toThrow(PreconditionFailed);
      expect(Buffer.from((await store.get(key))?.bytes ?? []).toString()).toBe('2');

      await store.delete(key);
      await expect(store.put(key, Buffer.from('3'), { ifMatch: second.etag })).rejects.toThrow(PreconditionFailed);
      expect(await store.get(key)).toBeUndefined();
    });

    test('holds the conditions of a large stream too', async () => {
      const store = await created;
      const key = `${uniquePrefix()}large`;
      const first = await store.put(key, Buffer.from('1'));
      const large = (): Readable => Readable.from(chunks(subject.largeBytes));

      await expect(store.put(key, large(), { ifNoneMatch: '*' })).rejects.toThrow(PreconditionFailed);
      await expect(store.put(key, large(), { ifMatch: 'stale' })).rejects.toThrow(PreconditionFailed);
      const second = await store.put(key, large(), { ifMatch: first.etag });

      expect(await store.head(key)).toEqual(second);
    });

    test('loses no update of writers who change one JSON document at once', async () => {
      const store = await created;
      const key = `${uniquePrefix()}counter.json`;
      const parse = (value: unknown): number[] => (Array.isArray(value) ? value.map(Number) : []);
      const writers = Array.from({ length: 8 }, (_, index) => index);

      await Promise.all(
        writers.map((writer) => updateJson(store, key, parse, (seen = []) => [...seen, writer], { maxAttempts: 100 })),
      );

      expect((await readJson(store, key, parse))?.value.toSorted()).toEqual(writers);
    });

    test.each(['small', 'large'])('leaves nothing of a %s stream that fails half way, and says why', async (size) => {
      const store = await created;
      const prefix = uniquePrefix();
      const failure = new Error('the client went away');

      const put = store.put(
        `${prefix}half`,
        Readable.from(failing(size === 'small' ? 5_000 : subject.largeBytes, failure)),
      );

      await expect(put).rejects.toBe(failure);
      expect(await listed(store, prefix)).toEqual([]);
    });

    test('keeps the object that was there when replacing it fails half way', async () => {
      const store = await created;
      const key = `${uniquePrefix()}kept`;
      const facts = await store.put(key, Buffer.from('old'));

      await expect(store.put(key, Readable.from(failing(5_000, new Error('broken'))))).rejects.toThrow('broken');

      expect(await store.head(key)).toEqual(facts);
    });

    test('stops a put whose signal is aborted, and leaves nothing', async () => {
      const store = await created;
      const prefix = uniquePrefix();
      const controller = new AbortController();
      const reason = new Error('cancelled by the caller');
      const endless = new Readable({ read() {} });
      endless.push(randomBytes(1000));

      const put = store.put(`${prefix}aborted`, endless, { signal: controller.signal });
      setImmediate(() => controller.abort(reason));

      await expect(put).rejects.toBe(reason);
      await expect(store.put(`${prefix}never`, Buffer.from('x'), { signal: controller.signal })).rejects.toBe(reason);
      expect(endless.destroyed).toBe(true);
      expect(await listed(store, prefix)).toEqual([]);
    });

    test('never shows a reader half an object', async () => {
      const store = await created;
      const key = `${uniquePrefix()}whole`;
      const version = (byte: number): Buffer => Buffer.alloc(200_000, byte);
      await store.put(key, version(0));
      const progress = { isWriting: true };
      const writer = (async () => {
        for (let byte = 1; byte <= 20; byte++)
          await store.put(key, Readable.from([version(byte).subarray(0, 90_000), version(byte).subarray(90_000)]));
        progress.isWriting = false;
      })();

      const seen: Uint8Array[] = [];
      while (progress.isWriting) {
        const read = await store.get(key);
        if (read) seen.push(read.bytes);
      }
      await writer;

      expect(seen.length).toBeGreaterThan(0);
      for (const bytes of seen) expect(Buffer.from(bytes).equals(version(bytes[0] ?? 255))).toBe(true);
    });
  });
}
