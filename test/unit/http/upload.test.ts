import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  formOf,
  formWith,
  long,
  megabyte,
  numbered,
  partHead,
  pdf,
  post,
  rawAnswer,
  requestHead,
  start,
  storedObjects,
  textForm,
} from '../../support/upload-client.ts';

describe('uploadMiddleware stores', () => {
  test.each(['pdf_file', 'file'])('a document in %s with its hash, size and real type', async (field) => {
    const { app, store } = await start();
    const bytes = pdf(300_000);
    const form = new FormData();
    form.append('categories', '["invoice"]');
    form.append(field, new Blob([bytes], { type: 'image/png' }), 'Rechnung Größe.pdf');
    form.append('pages', '1-3');

    const { status, body } = await post(app, form);

    expect(status).toBe(200);
    expect(body).toEqual({
      document: {
        key: expect.stringMatching(/^uploads\//),
        sha256: createHash('sha256').update(bytes).digest('hex'),
        sizeBytes: bytes.length,
        type: 'pdf',
        fileName: 'Rechnung Größe.pdf',
      },
      fields: { categories: '["invoice"]', pages: '1-3' },
    });
    expect((await storedObjects(store)).map(({ sizeBytes }) => sizeBytes)).toEqual([bytes.length]);
  });

  test('ten documents that come at once, each byte for byte', async () => {
    const { app, store } = await start();
    const documents = Array.from({ length: 10 }, () => pdf(2 * megabyte));

    const answers = await Promise.all(documents.map((bytes) => post(app, formWith(bytes))));

    for (const [index, { body }] of answers.entries()) {
      const read = await store.get(body.document?.key ?? '');
      expect(Buffer.from(read?.bytes ?? []).equals(documents[index] ?? Buffer.alloc(0))).toBe(true);
    }
  });

  test('a form without a file, and every value of a field that comes twice', async () => {
    const { app } = await start();
    const form = new FormData();
    form.append('file_url', 'https://example.com/a.pdf');
    form.append('tag', 'a');
    form.append('tag', 'b');
    form.append('__proto__', 'x');
    form.append('pdf_file', '');

    const { body } = await post(app, form);

    expect(body.document).toBeUndefined();
    expect(body.fields).toMatchObject({ file_url: 'https://example.com/a.pdf', tag: ['a', 'b'] });
  });

  test('a document of exactly the largest size', async () => {
    const { app } = await start({ maxFileBytes: 100_000 });

    const { status, body } = await post(app, formWith(pdf(100_000)));

    expect(status).toBe(200);
    expect(body.document?.sizeBytes).toBe(100_000);
  });
});

describe('uploadMiddleware refuses', () => {
  test.each([
    ['a text file', formWith(Buffer.from('hello, I am a text'), 'a.pdf'), 415, /^pdf_file is not of a kind .*JPG, PNG/],
    ['an empty file', formWith(Buffer.alloc(0)), 400, /^pdf_file is empty \(0 bytes\)/],
    ['a file in a field of another name', formWith(pdf(5000), 'a.pdf', 'photo'), 400, /"photo".*pdf_file/],
    ['two files', formOf(['pdf_file', pdf(5000)], ['file', pdf(5000)]), 400, /exactly one file/],
    ['a document in a text field', textForm({ pdf_file: 'JVBERi0=' }), 400, /^pdf_file must be sent as a file/],
    ['a field that is too long', textForm({ categories: 'x'.repeat(2 * megabyte + 1) }), 400, /^categories must have/],
    ['too much text together', textForm({ a: long(), b: long(), c: long() }), 413, /too large together/],
    ['too many fields', textForm(Object.fromEntries(numbered(451))), 400, /at most 450 fields/],
    ['a field with a very long name', textForm({ ['n'.repeat(300)]: 'x' }), 400, /at most 200 bytes/],
  ])('%s, and keeps nothing', async (_what, form, status, detail) => {
    const { app, store } = await start();

    const answer = await post(app, form);

    expect(answer).toMatchObject({ status, body: { detail: expect.stringMatching(detail) } });
    expect(await storedObjects(store)).toEqual([]);
  });

  test('a document that turns out too large while it streams', async () => {
    const { app, store } = await start({ maxFileBytes: megabyte });

    const { status, body } = await post(app, formWith(pdf(3 * megabyte)));

    expect(status).toBe(413);
    expect(body).toEqual({ code: 'payload_too_large', detail: 'pdf_file is larger than the limit of 1 MB.' });
    expect(await storedObjects(store)).toEqual([]);
  });

  test.each([
    ['application/json', '{}'],
    ['multipart/mixed; boundary=x', '--x--\r\n'],
  ])('a body of the type %s', async (type, body) => {
    const { app } = await start();

    const response = await fetch(app.url, { method: 'POST', headers: { 'content-type': type }, body });

    expect(response.status).toBe(415);
    expect(await response.json()).toMatchObject({ detail: expect.stringContaining('must be multipart/form-data') });
  });

  test.each([
    ['no boundary', 'multipart/form-data', '--x\r\n'],
    ['an end that is missing', 'multipart/form-data; boundary=x', `${partHead('pdf_file')}%PDF-1.7 half`],
    ['nothing in it', 'multipart/form-data; boundary=x', ''],
    ['a broken part header', 'multipart/form-data; boundary=x', '--x\r\n\u0001\u0002: y\r\n\r\nz\r\n--x--\r\n'],
  ])('a multipart body with %s', async (_what, type, body) => {
    const { app, store } = await start();

    const response = await fetch(app.url, { method: 'POST', headers: { 'content-type': type }, body });

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ detail: expect.stringContaining('multipart body cannot be read') });
    expect(await storedObjects(store)).toEqual([]);
  });

  test('a file part without a file name', async () => {
    const { app } = await start();
    const body =
      '--x\r\nContent-Disposition: form-data; name="pdf_file"\r\nContent-Type: application/octet-stream\r\n\r\n%PDF-\r\n--x--\r\n';
    const headers = { 'content-type': 'multipart/form-data; boundary=x' };

    const response = await fetch(app.url, { method: 'POST', headers, body });

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ detail: 'pdf_file must be sent with a file name.' });
  });

  test('a request whose Content-Length alone is too large, before any of its body', async () => {
    const { app } = await start({ maxFileBytes: megabyte });

    const answer = await rawAnswer(app, (socket) => socket.write(requestHead(50 * megabyte)));

    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    expect(answer).toContain('larger than the limit of 1 MB');
  });

  test('a wrong document at once, while the client is still sending', async () => {
    const { app, store } = await start();

    const answer = await rawAnswer(app, (socket) => {
      socket.write(requestHead(50 * megabyte));
      socket.write(`${partHead('pdf_file')}${'plain text '.repeat(1000)}`);
    });

    expect(answer).toMatch(/^HTTP\/1.1 415 /);
    expect(await storedObjects(store)).toEqual([]);
  });

  test('with an answer that also a client can read who sends everything first', async () => {
    const { app } = await start({ maxFileBytes: megabyte });

    const answer = await rawAnswer(app, (socket) => {
      socket.write(requestHead(5 * megabyte));
      socket.write(Buffer.concat([Buffer.from(partHead('pdf_file')), pdf(5 * megabyte)]).subarray(0, 5 * megabyte));
    });

    expect(answer).toMatch(/^HTTP\/1.1 413 /);
  });
});
