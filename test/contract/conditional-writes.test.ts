import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { Secret } from '../../src/secret.ts';
import { checkStore } from '../../src/startup/check-storage.ts';
import { createObjectStore } from '../../src/storage/create-store.ts';
import type { S3Address } from '../support/servers.ts';

const servers: readonly (readonly [string, S3Address | undefined])[] = [
  ['SeaweedFS', inject('s3')],
  ['MinIO', inject('minio')],
];

async function checkAt({ endpoint, accessKey, secretKey }: Omit<S3Address, 'region'>): Promise<readonly unknown[]> {
  const config = { kind: 's3', endpoint, bucket: `contract-${randomUUID()}`, region: 'us-east-1' } as const;
  const store = createObjectStore({ ...config, accessKey, secretKey });
  await checkStore(store, {
    ...config,
    accessKey: new Secret(accessKey),
    secretKey: new Secret(secretKey),
  });
  return Array.fromAsync(store.list(''));
}

describe('the start of a process', () => {
  for (const [name, address] of servers) {
    test.skipIf(!address)(`takes ${name}, and leaves nothing of its check behind`, async () => {
      expect(address && (await checkAt(address))).toEqual([]);
    });
  }

  test.each([
    ['ignores If-None-Match', { ignored: ['if-none-match'] }, 'honour If-None-Match'],
    ['ignores If-Match', { ignored: ['if-match'] }, 'honour If-Match'],
    ['refuses each If-Match', { neverMatches: true }, 'honour If-Match'],
    ['answers 200 to everything', { saysYes: true }, 'honour If-None-Match'],
    ['keeps something else', { changes: true }, 'give back what was put'],
    ['knows no conditions', { knowsNone: true }, 'know conditional writes (If-None-Match, If-Match)'],
  ] as const)('refuses a server that %s', async (_, faults, what) => {
    const endpoint = await serveS3(faults);

    await expect(checkAt({ endpoint, accessKey: 'key', secretKey: 'a-secret' })).rejects.toThrow(
      `S3_ENDPOINT: the server at ${endpoint} does not ${what}, without which documents may be lost; set S3_ENDPOINT to one that does`,
    );
  });
});

interface Faults {
  readonly ignored?: readonly string[];
  readonly neverMatches?: boolean;
  readonly saysYes?: boolean;
  readonly changes?: boolean;
  readonly knowsNone?: boolean;
}

/** As much of S3 as a check takes, with a fault. */
async function serveS3(faults: Faults): Promise<string> {
  const objects = new Map<string, Buffer>();
  const server = createServer((request, response) => void answer(objects, faults, request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

async function answer(
  objects: Map<string, Buffer>,
  { ignored = [], neverMatches, saysYes, changes, knowsNone }: Faults,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await buffer(request);
  const key = request.url ?? '';
  const present = objects.get(key);
  const condition = (name: string) => (ignored.includes(name) ? undefined : request.headers[name]);
  const fail = (status: number, code: string) => response.writeHead(status).end(`<Error><Code>${code}</Code></Error>`);
  if (saysYes || key.split('/').length < 3) return void response.writeHead(200, { etag: '"0"' }).end();
  if (request.method === 'DELETE') objects.delete(key);
  if (request.method === 'DELETE') return void response.writeHead(204).end();
  if (request.method !== 'PUT') {
    if (!present) return void fail(404, 'NoSuchKey');
    return void response.writeHead(200, { etag: etagOf(present) }).end(changes ? Buffer.from('other') : present);
  }
  const wanted = condition('if-match');
  const isConditional = wanted !== undefined || condition('if-none-match') !== undefined;
  if (knowsNone && isConditional) return void fail(501, 'NotImplemented');
  if (condition('if-none-match') !== undefined && present) return void fail(412, 'PreconditionFailed');
  const matches =
    present && !neverMatches && wanted?.toString().replaceAll('"', '') === etagOf(present).replaceAll('"', '');
  if (wanted !== undefined && !matches) return void fail(412, 'PreconditionFailed');
  objects.set(key, body);
  response.writeHead(200, { etag: etagOf(body) }).end();
}

function etagOf(bytes: Buffer): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`;
}
