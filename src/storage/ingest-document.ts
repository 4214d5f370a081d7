import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { StoredDocument } from '../domain/contract.ts';
import { contentTypes } from '../domain/document.ts';
import { inspectDocument } from './inspected-document.ts';
import type { ObjectStore } from './object-store.ts';

export interface IngestOptions {
  readonly key: string;
  /** Where the bytes go; without a store they are only read, as those are that lie in it already. */
  readonly store?: ObjectStore;
  readonly maxBytes: number;
  /** Plain text counts as a document, too. */
  readonly mayBeText?: boolean;
  /** What sentences call the document. */
  readonly field: string;
  readonly signal: AbortSignal;
}

export interface IngestedDocument {
  readonly document: StoredDocument;
  /** Its first bytes. */
  readonly head: Uint8Array;
}

/**
 * Streams a document into the store: its type is known from its first bytes before anything is stored, its SHA-256 and size are
 * taken on the way, and it ends at `maxBytes`. Throws `invalid_request` (empty), `unsupported_media_type`,
 * `payload_too_large`, and what the source or the store throw; nothing is left in the store then.
 */
export async function ingestDocument(body: Readable, options: IngestOptions): Promise<IngestedDocument> {
  const { key, store, maxBytes, mayBeText = false, field, signal } = options;
  const { stream, type: sniffed, head, facts } = inspectDocument(field, { maxFileBytes: maxBytes, mayBeText });
  const arriving = pipeline(body, stream, { signal });
  // Awaited below; until then its failure is seen through `stream`.
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
