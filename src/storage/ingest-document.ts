import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { StoredDocument } from '../domain/contract.ts';
import { contentTypes, sniffDocumentType, sniffLengthBytes, type DocumentType } from '../domain/document.ts';
import { ClassifierError } from '../domain/errors.ts';
import type { ObjectStore } from './object-store.ts';

export interface IngestOptions {
  readonly key: string;
  /** Where the bytes go; without a store they are only read, as those are that lie in it already. */
  readonly store?: ObjectStore;
  readonly maxBytes: number;
  /** What sentences call the document. */
  readonly field: string;
  readonly signal?: AbortSignal;
}

/**
 * Streams a document into the store: its type is known from its first bytes before anything is stored, its SHA-256 and size are
 * taken on the way, and it ends at `maxBytes`. Throws `invalid_request` (empty), `unsupported_media_type`, `payload_too_large`, and what
 * the source or the store throw; nothing is left in the store then.
 */
export async function ingestDocument(body: Readable, options: IngestOptions): Promise<StoredDocument> {
  const { key, store, maxBytes, field, signal } = options;
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const chunks = body[Symbol.asyncIterator]();

  try {
    const head = await readHead(chunks);
    if (head.length === 0) throw emptyDocument(field);
    const type = sniffDocumentType(head);
    if (!type) throw noDocument(field);
    const content = contentOf(head, chunks, (chunk) => {
      sizeBytes += chunk.length;
      if (sizeBytes > maxBytes) throw documentTooLarge(field, maxBytes);
      hash.update(chunk);
    });
    await consume(content, type, store, key, signal);
    return { key, sha256: hash.digest('hex'), sizeBytes, type };
  } finally {
    body.destroy();
  }
}

async function consume(
  content: AsyncGenerator<Buffer>,
  type: DocumentType,
  store: ObjectStore | undefined,
  key: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (store) {
    const stream = Readable.from(content, { objectMode: false });
    await store.put(key, stream, { contentType: contentTypes[type], ...(signal && { signal }) });
    return;
  }
  for await (const _ of content) signal?.throwIfAborted();
}

async function readHead(chunks: AsyncIterator<unknown>): Promise<Buffer> {
  let head = Buffer.alloc(0);
  while (head.length < sniffLengthBytes) {
    const next = await chunks.next();
    if (next.done === true) break;
    head = Buffer.concat([head, toBuffer(next.value)]);
  }
  return head;
}

async function* contentOf(
  head: Buffer,
  rest: AsyncIterator<unknown>,
  onChunk: (chunk: Buffer) => void,
): AsyncGenerator<Buffer> {
  onChunk(head);
  yield head;
  for (;;) {
    const next = await rest.next();
    if (next.done === true) return;
    const chunk = toBuffer(next.value);
    onChunk(chunk);
    yield chunk;
  }
}

function toBuffer(chunk: unknown): Buffer {
  if (Buffer.isBuffer(chunk)) return chunk;
  if (chunk instanceof Uint8Array) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  throw new TypeError('a document must be a stream of bytes');
}

/** RFC 9110 15.5.14. */
export function documentTooLarge(field: string, maxBytes: number): ClassifierError {
  return new ClassifierError('payload_too_large', `${field} is larger than the limit of ${megabytes(maxBytes)} MB`);
}

export function emptyDocument(field: string): ClassifierError {
  return new ClassifierError('invalid_request', `${field} is empty (0 bytes); send a PDF or an image`, {
    errors: [{ pointer: `/${field}`, detail: 'is empty (0 bytes)' }],
  });
}

export function noDocument(field: string): ClassifierError {
  return new ClassifierError(
    'unsupported_media_type',
    `${field} is neither a PDF nor an image: its content must be PDF, JPG, PNG, GIF, WebP, BMP or TIFF`,
  );
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toLocaleString('en', { maximumFractionDigits: 2, useGrouping: false });
}
