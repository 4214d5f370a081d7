import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { StoredDocument } from '../domain/contract.ts';
import {
  contentTypes,
  type DocumentType,
  looksLikeText,
  sniffDocumentType,
  sniffLengthBytes,
} from '../domain/document.ts';
import type { ObjectStore } from './object-store.ts';
import { createHash } from 'node:crypto';
import { documentTooLarge, emptyDocument, unsupportedDocument } from '../domain/error-sentences.ts';

export interface IngestOptions {
  readonly key: string;
  /** The store for the bytes; absent to only read them, when it has them already. */
  readonly store?: ObjectStore;
  readonly maxBytes: number;
  /** Plain text counts as a document, too. */
  readonly mayBeText?: boolean;
  /** The document's name in error sentences. */
  readonly field: string;
  readonly signal: AbortSignal;
}

export interface IngestedDocument {
  readonly document: StoredDocument;
  /** Its first bytes. */
  readonly head: Uint8Array;
}

/**
 * Streams a document into the store. Finds its type from the first bytes before storing anything, computes SHA-256 and
 * size on the way, and stops at `maxBytes`. Throws `invalid_request` (empty), `unsupported_media_type`,
 * `payload_too_large`, and errors of the source or the store; then the store has nothing of it.
 */
export async function ingestDocument(body: Readable, options: IngestOptions): Promise<IngestedDocument> {
  const { key, store, maxBytes, mayBeText = false, field, signal } = options;
  const { stream, type: sniffed, head, facts } = inspectDocument(field, { maxFileBytes: maxBytes, mayBeText });
  const arriving = pipeline(body, stream, { signal });
  // Awaited below; until then its failure shows through `stream`.
  arriving.catch(() => undefined);
  try {
    const type = await sniffed;
    if (store) await store.put(key, stream, { contentType: contentTypes[type], signal });
    else for await (const _ of stream) signal.throwIfAborted();
    await arriving;
    return { document: { key, type, ...facts() }, head: head() };
  } finally {
    stream.destroy();
  }
}

export interface InspectedDocument {
  /** Passes the document's bytes through; fails with 413 when there are too many. */
  readonly stream: Transform;
  /** Resolves before any byte needs storing. Rejects when the document is empty or of an unknown kind. */
  readonly type: Promise<DocumentType>;
  /** The first bytes that were inspected; known with the type. */
  readonly head: () => Uint8Array;
  /** Of all bytes that passed; call it once the stream has ended. */
  readonly facts: () => { readonly sha256: string; readonly sizeBytes: number };
}

/** Each stage of an upload holds this much: 20 uploads at once have many stages. */
export const stageBufferBytes = 16 * 1024;

export interface InspectionRules {
  readonly maxFileBytes: number;
  /** Plain text counts as a document, too. */
  readonly mayBeText?: boolean;
}

/** Inspects a passing document: its type, size and hash. */
export function inspectDocument(
  field: string,
  { maxFileBytes, mayBeText = false }: InspectionRules,
): InspectedDocument {
  const type = Promise.withResolvers<DocumentType>();
  const hash = createHash('sha256');
  let head: Buffer = Buffer.alloc(0);
  let isRecognised = false;
  let sizeBytes = 0;

  const recognise = (bytes: Buffer): Error | undefined => {
    isRecognised = true;
    const found = sniffDocumentType(bytes) ?? (mayBeText && looksLikeText(bytes) ? 'text' : undefined);
    if (!found) return unsupportedDocument(field, mayBeText, bytes);
    type.resolve(found);
    return undefined;
  };

  const stream = new Transform({
    highWaterMark: stageBufferBytes,
    transform(chunk: Buffer, _encoding, callback) {
      sizeBytes += chunk.length;
      if (sizeBytes > maxFileBytes) {
        callback(documentTooLarge(field, maxFileBytes));
        return;
      }
      hash.update(chunk);
      if (head.length < sniffLengthBytes) {
        head = Buffer.concat([head, chunk.subarray(0, sniffLengthBytes - head.length)]);
      }
      const problem = !isRecognised && head.length >= sniffLengthBytes ? recognise(head) : undefined;
      if (problem) callback(problem);
      else callback(null, chunk);
    },
    flush(callback) {
      if (sizeBytes === 0) callback(emptyDocument(field, mayBeText));
      else callback(isRecognised ? undefined : recognise(head));
    },
  });
  stream.once('error', type.reject);
  // A caller that never awaits the type reads the error from the stream.
  type.promise.catch(() => undefined);

  const facts = () => ({ sha256: hash.digest('hex'), sizeBytes });
  return { stream, type: type.promise, head: () => head, facts };
}
