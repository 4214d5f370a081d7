import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { describe, expect, onTestFinished, test } from 'vitest';
import { storageUnavailable } from '../../../src/domain/error-sentences.ts';
import { createFolderStore } from '../../../src/storage/folder-store.ts';
import type { ObjectStore } from '../../../src/storage/object-store.ts';
import { startUploadApp } from '../../support/upload-app.ts';
import {
  filesBelow,
  formOf,
  formWith,
  megabyte,
  partHead,
  pdf,
  post,
  rawAnswer,
  requestHead,
  start,
  storedObjects,
} from '../../support/upload-client.ts';

describe('uploadMiddleware survives', () => {
  test('a client that goes away in the middle, and keeps nothing', async () => {
    const { app, store } = await start();
    const socket = connect(app.port, '127.0.0.1');
    socket.write(requestHead(10 * megabyte));
    socket.write(Buffer.concat([Buffer.from(partHead('pdf_file')), pdf(megabyte)]));
    await expect.poll(() => filesBelow(app.directory)).toBeGreaterThan(0);

    socket.destroy();

    await expect
      .poll(() => app.errors.map(({ detail }) => detail))
      .toEqual(['The upload ended before all of it had arrived.']);
    expect(await storedObjects(store)).toEqual([]);
    expect(await filesBelow(app.directory)).toBe(0);
  });

  test('a client that stops sending, and says so', async () => {
    const { app, store } = await start({ idleTimeoutMs: 100 });

    const answer = await rawAnswer(app, (socket) => {
      socket.write(requestHead(megabyte));
      socket.write(`${partHead('pdf_file')}%PDF-1.7 the rest never comes`);
    });

    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer).toContain('The upload stalled');
    expect(await storedObjects(store)).toEqual([]);
  });

  test('a client that never stops sending, by ending the connection', async () => {
    const { app } = await start({ maxFileBytes: megabyte }, { maxDrainBytes: 2 * megabyte });
    const socket = connect(app.port, '127.0.0.1');
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(requestHead());
    const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(0x10000, 'a'), Buffer.from('\r\n')]);
    socket.write(`${partHead('pdf_file').length.toString(16)}\r\n${partHead('pdf_file')}\r\n`);
    const send = (): void => {
      while (!socket.destroyed && socket.write(chunk));
    };
    socket.on('drain', send);
    socket.resume();
    send();

    await expect(closed).resolves.toBeDefined();
  });

  test('a store that is down', async () => {
    const down: ObjectStore = {
      ...createFolderStore({ directory: tmpdir() }),
      put: () => Promise.reject(storageUnavailable()),
    };
    const app = await startUploadApp(down, { maxFileBytes: megabyte });
    onTestFinished(app.close);

    expect(await post(app, formWith(pdf(900_000)))).toMatchObject({
      status: 503,
      body: { code: 'storage_unavailable' },
    });
  });

  test('a store that took the document although the upload failed, by removing it', async () => {
    const { app, store } = await start();
    const form = formOf(['pdf_file', pdf(5000)]);
    for (let index = 0; index < 451; index++) form.append(`field-${index}`, 'x');

    expect((await post(app, form)).status).toBe(400);
    expect(await storedObjects(store)).toEqual([]);
  });
});
