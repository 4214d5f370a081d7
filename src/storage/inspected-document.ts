import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';
import { type DocumentType, sniffDocumentType, sniffLengthBytes } from '../domain/document.ts';
import { documentTooLarge, emptyDocument, unsupportedDocument } from '../domain/error-sentences.ts';

export interface InspectedDocument {
  /** The document's bytes pass through; it breaks with a 413 when there are too many. */
  readonly stream: Transform;
  /** Known before a byte needs to be stored. Rejects when the document is empty or of no kind that we read. */
  readonly type: Promise<DocumentType>;
  /** Of all bytes that passed; call it once the stream has ended. */
  readonly facts: () => { readonly sha256: string; readonly sizeBytes: number };
}

/** Each stage of an upload holds this much: 20 uploads at once have many stages. */
export const stageBufferBytes = 16 * 1024;

/** Looks at a document while it passes: what it is, how large it is, and its hash. */
export function inspectDocument(field: string, maxFileBytes: number): InspectedDocument {
  const type = Promise.withResolvers<DocumentType>();
  const hash = createHash('sha256');
  let head: Buffer | undefined = Buffer.alloc(0);
  let sizeBytes = 0;

  const recognise = (bytes: Buffer): Error | undefined => {
    head = undefined;
    const found = sniffDocumentType(bytes);
    if (!found) return unsupportedDocument(field);
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
      if (head) head = Buffer.concat([head, chunk.subarray(0, sniffLengthBytes - head.length)]);
      const problem = head && head.length >= sniffLengthBytes ? recognise(head) : undefined;
      if (problem) callback(problem);
      else callback(null, chunk);
    },
    flush(callback) {
      if (sizeBytes === 0) callback(emptyDocument(field));
      else callback(head ? recognise(head) : undefined);
    },
  });
  stream.once('error', type.reject);
  // Whoever does not get as far as asking for the type reads the error from the stream.
  type.promise.catch(() => undefined);

  return { stream, type: type.promise, facts: () => ({ sha256: hash.digest('hex'), sizeBytes }) };
}
