import { PassThrough, pipeline, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createDecoder } from '../../../src/net/content-decoding.ts';

async function decoded(coding: string, bytes: Buffer): Promise<string> {
  const out = new PassThrough();
  // An error breaks `out`, whose reader tells of it.
  pipeline([Readable.from([bytes]), ...createDecoder(coding, 'file_url'), out], () => undefined);
  return text(out);
}

describe('what a server answers with', () => {
  test.each(['UTF-8', 'aws-chunked', 'binary', 'identity', 'aws-chunked, UTF-8', ''])(
    'is taken for what it is with the Content-Encoding "%s", which changes no byte',
    async (coding) => {
      expect(await decoded(coding, Buffer.from('%PDF-1.7'))).toBe('%PDF-1.7');
    },
  );

  test.each([
    ['aws-chunked,gzip', (bytes: Buffer) => gzipSync(bytes)],
    ['gzip, br', (bytes: Buffer) => brotliCompressSync(gzipSync(bytes))],
    ['zstd', (bytes: Buffer) => zstdCompressSync(bytes)],
  ])('is freed of every compression of "%s"', async (coding, compress) => {
    expect(await decoded(coding, compress(Buffer.from('plain')))).toBe('plain');
  });

  test.each(['compress', 'gzip, gzip, gzip, gzip'])('is refused with "%s"', (coding) => {
    expect(() => createDecoder(coding, 'file_url')).toThrow('file_url is sent in an encoding that was not asked for.');
  });
});
