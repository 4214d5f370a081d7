import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import { readJson, updateJson } from '../../src/storage/json-documents.ts';
import { type ObjectFacts, type ObjectStore, PreconditionFailed } from '../../src/storage/object-store.ts';

export interface ObjectStoreSubject {
  readonly name: string;
  /** A store that is ready. Called once. */
  create(): Promise<ObjectStore>;
  /** How many objects a long listing holds: more than one page of 1,000 where that is quick. */
  readonly longListing: number;
  /** Larger than one part, so that the bytes take the path of large uploads. */
  readonly largeBytes: number;
}

/** What every ObjectStore promises, whatever stands behind it. */
export function describeObjectStore(subject: ObjectStoreSubject): void {
  describe(`object store: ${subject.name}`, { timeout: 120_000 }, () => {
    const created = subject.create();
    const uniquePrefix = (): string => `contract/${randomUUID()}/`;

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
      expect(await listed(store, key)).toEqual([facts]);
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
      let isWriting = true;
      const writer = (async () => {
        for (let byte = 1; byte <= 20; byte++)
          await store.put(key, Readable.from([version(byte).subarray(0, 90_000), version(byte).subarray(90_000)]));
        isWriting = false;
      })();

      const seen: Uint8Array[] = [];
      while (isWriting) {
        const read = await store.get(key);
        if (read) seen.push(read.bytes);
      }
      await writer;

      expect(seen.length).toBeGreaterThan(0);
      for (const bytes of seen) expect(Buffer.from(bytes).equals(version(bytes[0] ?? 255))).toBe(true);
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
      await vi.waitFor(() => store.check());
    });
  });
}

async function listed(store: ObjectStore, prefix: string): Promise<ObjectFacts[]> {
  return Array.fromAsync(store.list(prefix));
}

async function collect(stream: Readable | undefined): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const chunk of stream ?? []) parts.push(Buffer.from(chunk));
  return Buffer.concat(parts);
}

function* chunks(totalBytes: number, see: (chunk: Buffer) => void = () => {}): Generator<Buffer> {
  // No divisor of any part size, so that chunks straddle the borders of parts.
  const chunk = randomBytes(60_001);
  for (let sent = 0; sent < totalBytes; sent += chunk.length) {
    const piece = chunk.subarray(0, Math.min(chunk.length, totalBytes - sent));
    see(piece);
    yield piece;
  }
}

function* failing(afterBytes: number, failure: Error): Generator<Buffer> {
  yield* chunks(afterBytes);
  throw failure;
}

async function inBatches(keys: readonly string[], action: (key: string) => Promise<unknown>): Promise<void> {
  for (let start = 0; start < keys.length; start += 25) await Promise.all(keys.slice(start, start + 25).map(action));
}
