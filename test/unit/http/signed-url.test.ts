import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createUrlSigner, requireSignature, type UrlSigner } from '../../../src/http/shared/signed-url.ts';
import { createFolderStore } from '../../../src/storage/folder-store.ts';
import type { ObjectStore } from '../../../src/storage/object-store.ts';
import { createServerKey } from '../../../src/records/server-key.ts';

let directory: string;
let store: ObjectStore;
let signer: UrlSigner;
let server: Server;
let origin: string;
const hourMs = 3_600_000;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pigeonhole-signed-'));
  store = createFolderStore({ directory });
  signer = createUrlSigner({ serverKey: createServerKey({ store }), publicUrl: 'https://pigeonhole.example/api' });
  const app = express();
  app.use('/signed', requireSignature(signer), (request, response) => void response.json(request.path));
  const { promise, resolve } = Promise.withResolvers<void>();
  server = app.listen(0, '127.0.0.1', () => resolve());
  await promise;
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});
afterAll(async () => {
  server.close();
  await rm(directory, { recursive: true, force: true });
});

/** What a proxy would pass on: the address without the public host and prefix. */
function open(url: string): Promise<Response> {
  return fetch(url.replace('https://pigeonhole.example/api', origin));
}

describe('a signed address', () => {
  test('stands below the public address and opens what it names', async () => {
    const url = await signer.sign('/signed/files/file_1/a%20b.pdf', hourMs);

    expect(url).toMatch(
      /^https:\/\/pigeonhole\.example\/api\/signed\/files\/file_1\/a%20b\.pdf\?expires=\d+&signature=/,
    );
    expect((await open(url)).status).toBe(200);
  });

  test('is refused when anything of it is changed', async () => {
    const url = await signer.sign('/signed/files/file_1', hourMs);
    const later = url.replace(/expires=(\d+)/, (_, expires: string) => `expires=${Number(expires) + 1}`);
    const changed = [
      later,
      url.replace('file_1', 'file_2'),
      url.replace('file_1', '%66ile_1'),
      url.replace(/signature=.*/, 'signature='),
      url.replace(/&signature=.*/, ''),
      `${url}&expires=1`,
      `${url}A`,
    ];

    const statuses = await Promise.all(changed.map(async (each) => (await open(each)).status));
    expect(statuses.filter((status) => status === 200)).toEqual([]);
  });

  test('is refused once its time is over', async () => {
    expect((await open(await signer.sign('/signed/files/file_1', -2000))).status).not.toBe(200);
  });

  test('is good in every process of the deployment, and in no other deployment', async () => {
    const other = await mkdtemp(join(tmpdir(), 'pigeonhole-signed-'));
    const elsewhere = createFolderStore({ directory: other });
    const publicUrl = 'http://localhost:8080';
    const sibling = createUrlSigner({ serverKey: createServerKey({ store }), publicUrl });
    const stranger = createUrlSigner({ serverKey: createServerKey({ store: elsewhere }), publicUrl });

    expect((await open((await sibling.sign('/signed/a', hourMs)).replace(publicUrl, origin))).status).toBe(200);
    expect((await open((await stranger.sign('/signed/a', hourMs)).replace(publicUrl, origin))).status).not.toBe(200);
    await rm(other, { recursive: true, force: true });
  });
});
