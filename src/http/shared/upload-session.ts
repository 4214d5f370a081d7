import type { Readable } from 'node:stream';
import type { Request } from 'express';
import { contentTypes, type DocumentType } from '../../domain/document.ts';
import { type ClassifierError, normalizeError } from '../../domain/errors.ts';
import { documentTooLarge } from '../../domain/error-sentences.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { displayFileName } from './file-name.ts';
import { inspectDocument } from '../../storage/ingest-document.ts';
import { formTooLarge, invalidUpload, shown, uploadStalled } from './upload-errors.ts';
import type { UploadLimits } from './upload-limits.ts';

/** A document that came with a request and stands in the store. */
export interface UploadedDocument {
  readonly key: string;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly type: DocumentType;
  /** For display only. */
  readonly fileName: string;
}

export interface Upload {
  readonly document?: UploadedDocument;
  /** The first bytes of the document. */
  readonly documentHead: Uint8Array;
  /** The text fields; a field that was given more than once has all its values. */
  readonly fields: Readonly<Record<string, string | readonly string[]>>;
  /** Removes the document again, when the rest of the request turns out wrong. */
  discard(): Promise<void>;
}

export interface UploadSessionOptions {
  readonly store: ObjectStore;
  readonly keyFor: (request: Request) => string;
  readonly limits: Required<UploadLimits>;
  /** Plain text counts as a document, too. */
  readonly mayBeText: boolean;
  /** The fields that a document may come in; errors name the first. */
  readonly fileFields: readonly string[];
  readonly isTextField: (name: string) => boolean;
}

/** `pdf_file` is the contract's name, also for images; `file` is what its clients confuse it with. */
export const documentFields: readonly string[] = ['pdf_file', 'file'];

/** One upload under way. The first thing that fails decides how it ends; what comes after is ignored. */
export class UploadSession {
  /** Settles when all of the upload is stored, or as soon as it is known that it can't be. */
  readonly outcome: Promise<Upload>;
  readonly #settle = Promise.withResolvers<Upload>();
  readonly #controller = new AbortController();
  readonly #request: Request;
  readonly #options: UploadSessionOptions;
  readonly #fields: Record<string, string | string[]> = Object.create(null);
  readonly #idleTimer: NodeJS.Timeout;
  #formBytes = 0;
  #receivedBytes = 0;
  #hasFile = false;
  #document: UploadedDocument | undefined;
  #documentHead: Uint8Array = new Uint8Array();
  #storing: { readonly key: string; readonly done: Promise<unknown> } | undefined;

  constructor(request: Request, options: UploadSessionOptions) {
    this.#request = request;
    this.#options = options;
    this.outcome = this.#settle.promise;
    this.#idleTimer = setTimeout(() => this.#onIdle(), options.limits.idleTimeoutMs);
  }

  /** Counts what arrives: no upload lasts for ever, in bytes or in silence. */
  received(byteCount: number): void {
    const { maxFileBytes, maxFormBytes } = this.#options.limits;
    this.#receivedBytes += byteCount;
    this.#idleTimer.refresh();
    if (this.#receivedBytes > maxFileBytes + maxFormBytes) this.fail(documentTooLarge('The request', maxFileBytes));
  }

  /** Whether a part is a text field, even if it has a file name. */
  isText(field: string): boolean {
    return !this.#options.fileFields.includes(field) && this.#options.isTextField(field);
  }

  /** Takes a text field that comes as a file. */
  readField(name: string, stream: Readable): void {
    const { maxFieldBytes } = this.#options.limits;
    const chunks: Buffer[] = [];
    let length = 0;
    stream.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= maxFieldBytes) chunks.push(chunk);
      else this.fail(invalidUpload(name, `${shown(name)} must have at most ${maxFieldBytes} bytes.`));
    });
    stream.once('end', () => this.addField(name, Buffer.concat(chunks).toString('utf8')));
  }

  addField(name: string, value: string): void {
    this.#formBytes += Buffer.byteLength(name) + Buffer.byteLength(value);
    if (this.#formBytes > this.#options.limits.maxFormBytes) this.fail(formTooLarge());
    if (this.#options.fileFields.includes(name) && value !== '') {
      this.fail(invalidUpload(name, `${name} must be sent as a file, with a file name; got a text field.`));
    }
    const present = this.#fields[name];
    if (present === undefined) this.#fields[name] = value;
    else if (Array.isArray(present)) present.push(value);
    else this.#fields[name] = [present, value];
  }

  /** Takes one file, in one of the fields for it. */
  admitFile(field: string): ClassifierError | undefined {
    const { fileFields } = this.#options;
    const [expected = ''] = fileFields;
    if (!fileFields.includes(field)) {
      const detail = `Unexpected file in the field "${shown(field)}"; the document goes in ${expected}.`;
      return this.fail(invalidUpload(field, detail));
    }
    if (this.#hasFile) return this.fail(invalidUpload(field, `Send exactly one file, in ${expected}; got more.`));
    this.#hasFile = true;
    return undefined;
  }

  /** Streams the file into the store. Settles when it is there, or nothing of it is. */
  async store(file: Express.Multer.File): Promise<void> {
    const { store, keyFor, limits, mayBeText } = this.#options;
    const { signal } = this.#controller;
    const rules = { maxFileBytes: limits.maxFileBytes, mayBeText };
    const { stream, type: sniffed, head, facts } = inspectDocument(file.fieldname, rules);
    // Not `pipeline`: it would destroy the part's stream on an error, and multer would wait for its end for ever.
    file.stream.once('error', (error) => stream.destroy(error));
    // Behind the limit the parser drops the bytes, and may find other faults before the stream gets to this one.
    file.stream.once('limit', () => this.fail(documentTooLarge(file.fieldname, limits.maxFileBytes)));
    stream.once('close', () => file.stream.unpipe(stream).resume());
    file.stream.pipe(stream);
    try {
      signal.addEventListener('abort', () => stream.destroy(this.#failure()), { once: true });
      signal.throwIfAborted();
      const type = await sniffed;
      const key = keyFor(this.#request);
      const done = store.put(key, stream, { contentType: contentTypes[type], signal });
      this.#storing = { key, done };
      await done;
      this.#document = { key, type, fileName: displayFileName(file.originalname), ...facts() };
      this.#documentHead = head();
    } catch (error) {
      stream.destroy();
      throw this.fail(error);
    }
  }

  succeed(): void {
    if (this.#controller.signal.aborted) return;
    clearTimeout(this.#idleTimer);
    this.#settle.resolve({
      fields: this.#fields,
      documentHead: this.#documentHead,
      ...(this.#document && { document: this.#document }),
      discard: () => this.discard(),
    });
  }

  /** Ends the upload with this error, unless it has failed before. Returns the error that it ends with. */
  fail(error: unknown): ClassifierError {
    if (!this.#controller.signal.aborted) {
      clearTimeout(this.#idleTimer);
      const failure = normalizeError(error);
      this.#settle.reject(failure);
      this.#controller.abort(failure);
    }
    return this.#failure();
  }

  /** Removes what was stored: also after a put that failed, for an aborted one may have reached the store whole. */
  async discard(): Promise<void> {
    const storing = this.#storing;
    if (!storing) return;
    await storing.done.catch(() => undefined);
    await this.#options.store.delete(storing.key);
  }

  #failure(): ClassifierError {
    return normalizeError(this.#controller.signal.reason);
  }

  #onIdle(): void {
    // A paused request waits for the store, not for the client; the store has time limits of its own.
    if (this.#request.isPaused()) this.#idleTimer.refresh();
    else this.fail(uploadStalled(this.#options.limits.idleTimeoutMs));
  }
}
