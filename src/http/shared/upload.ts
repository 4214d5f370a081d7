import multer from 'multer';
import type { Readable, Writable } from 'node:stream';
import type { Request, RequestHandler } from 'express';
import { ClassifierError } from '../../domain/errors.ts';
import { documentTooLarge } from '../../domain/error-sentences.ts';
import { stageBufferBytes } from '../../storage/ingest-document.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { uploadCutOff, invalidUpload, malformedForm, notMultipart, shown, tooManyParts } from './upload-errors.ts';
import { type UploadLimits, uploadDefaults } from './upload-limits.ts';
import { documentFields, type Upload, UploadSession, type UploadSessionOptions } from './upload-session.ts';

export interface UploadDependencies {
  readonly store: ObjectStore;
  /** The object key for this request's document. */
  readonly keyFor: (request: Request) => string;
  readonly limits: UploadLimits;
  /** Plain text counts as a document, too. */
  readonly mayBeText?: boolean;
  /** The fields that a document may come in; `pdf_file` and `file` by default. */
  readonly fileFields?: readonly string[];
  /** Whether a field is text although it comes with a file name; none by default. */
  readonly isTextField?: (name: string) => boolean;
}

const uploads = new WeakMap<Request, Upload>();

/** The upload of a request; only after `uploadMiddleware`. */
export function uploadOf(request: Request): Upload {
  const upload = uploads.get(request);
  if (!upload) throw new Error('uploadMiddleware must run first');
  return upload;
}

/**
 * Reads a `multipart/form-data` request and streams its one document (`pdf_file` or `file`) into the store; the
 * handlers behind it get both by `uploadOf`. On any failure nothing stays in the store, and the answer goes out at
 * once.
 */
export function uploadMiddleware(dependencies: UploadDependencies): RequestHandler {
  const { store, keyFor, limits: given, mayBeText = false, fileFields = documentFields } = dependencies;
  const { isTextField = () => false } = dependencies;
  const limits = { ...uploadDefaults, ...given };
  const sessions = new WeakMap<object, UploadSession>();
  const parse = createParser(limits, sessions);
  const options: UploadSessionOptions = { store, keyFor, limits, mayBeText, fileFields, isTextField };

  return async (request, response, next) => {
    const session = new UploadSession(request, options);
    sessions.set(request, session);
    const refusal = refusalOf(request, limits);
    if (refusal) session.fail(refusal);
    else {
      parse(request, response, (error?: unknown) => {
        if (error === undefined) session.succeed();
        else session.fail(ofRequest(error));
      });
      request.on('data', (chunk: Buffer) => session.received(chunk.length));
    }
    try {
      uploads.set(request, await session.outcome);
    } catch (error) {
      await discardAfter(session, error);
      throw error;
    }
    next();
  };
}

/** Refuses what it can before reading the body. */
function refusalOf(request: Request, limits: Required<UploadLimits>): ClassifierError | undefined {
  const contentType = request.get('content-type');
  if (!/^multipart\/form-data\s*(?:;|$)/i.test(contentType ?? '')) return notMultipart(contentType);
  const announcedBytes = Number(request.get('content-length') ?? 0);
  if (announcedBytes > limits.maxFileBytes + limits.maxFormBytes)
    return documentTooLarge('The file', limits.maxFileBytes);
  return undefined;
}

/** When the store itself has failed, waiting for it to remove what it may hold would only delay the answer. */
async function discardAfter(session: UploadSession, error: unknown): Promise<void> {
  const discarded = session.discard().catch(() => undefined);
  if (error instanceof ClassifierError && error.code === 'storage_unavailable') return;
  await discarded;
}

/**
 * multer with our storage engine. It reports a failure only after the whole body has come, so the sessions watch too.
 */
function createParser(limits: Required<UploadLimits>, sessions: WeakMap<object, UploadSession>): RequestHandler {
  const sessionOf = (request: object): UploadSession => {
    const session = sessions.get(request);
    if (!session) throw new Error('no upload session for this request');
    return session;
  };
  const storage: multer.StorageEngine = {
    _handleFile: (request, file, callback) => {
      void reportTo(callback, sessionOf(request).store(file));
    },
    // The session removes what is stored, also where multer knows of no failure.
    _removeFile: (_request, _file, callback) => callback(null),
  };
  const options = {
    storage,
    defParamCharset: 'utf8',
    highWaterMark: stageBufferBytes,
    fileHwm: stageBufferBytes,
    limits: {
      fileSize: limits.maxFileBytes,
      files: maxFiles,
      fields: limits.maxFields,
      parts: limits.maxParts,
      fieldSize: limits.maxFieldBytes,
      fieldNameSize: limits.maxFieldNameBytes,
      fieldNestingDepth: 4,
      fieldArrayIndexLimit: limits.maxFields,
      headerPairs: 20,
    },
    fileFilter: (request: Request, file: Express.Multer.File, callback: multer.FileFilterCallback) => {
      const session = sessionOf(request);
      // Its bytes are read as they come (`watchForm`).
      if (session.isText(file.fieldname)) {
        callback(null, false);
        return;
      }
      const refusal = session.admitFile(file.fieldname);
      if (refusal) callback(refusal);
      else callback(null, true);
    },
    streamHandler: (request: Request, form: Writable) => {
      watchForm(form, sessionOf(request), limits);
      request.pipe(form);
    },
  };
  return multer(options).any();
}

async function reportTo(callback: (error?: unknown) => void, storing: Promise<void>): Promise<void> {
  try {
    await storing;
  } catch (error) {
    callback(error);
    return;
  }
  callback();
}

/** File parts to read: forms send empty ones for untouched inputs. */
const maxFiles = 10;

interface FieldInfo {
  readonly valueTruncated: boolean;
}

/** The parser's events, as busboy names them. */
function watchForm(form: Writable, session: UploadSession, limits: Required<UploadLimits>): void {
  form.on('partsLimit', () => session.fail(tooManyParts('parts', limits.maxParts)));
  form.on('fieldsLimit', () => session.fail(tooManyParts('fields', limits.maxFields)));
  form.on('filesLimit', () => session.fail(tooManyParts('files', 1)));
  form.on('error', (error: unknown) => session.fail(ofRequest(error)));
  form.on('field', (name: string | undefined, value: string | undefined, info: FieldInfo) => {
    if (name === undefined) {
      session.fail(invalidUpload('', 'A field of the form has no name.'));
    } else if (value === undefined) {
      session.fail(invalidUpload(name, `${shown(name)} is in a charset that cannot be read; send it as UTF-8.`));
    } else if (Buffer.byteLength(name) > limits.maxFieldNameBytes) {
      session.fail(invalidUpload(name, `A field's name must have at most ${limits.maxFieldNameBytes} bytes.`));
    } else if (info.valueTruncated) {
      session.fail(invalidUpload(name, `${shown(name)} must have at most ${limits.maxFieldBytes} bytes.`));
    } else {
      session.addField(name, value);
    }
  });
  form.on('file', (name: string | undefined, stream: Readable, { filename }: { readonly filename?: string }) => {
    if (name !== undefined && session.isText(name)) {
      session.readField(name, stream);
    } else if (filename === undefined) {
      session.fail(invalidUpload(name ?? '', `${shown(name ?? 'A file part')} must be sent with a file name.`));
    }
  });
}

/** Our own errors as they are, what busboy or multer says about the form, else the end of the connection. */
function ofRequest(error: unknown): ClassifierError {
  if (error instanceof ClassifierError) return error;
  const isOfForm =
    error instanceof multer.MulterError ||
    (error instanceof Error && /^(?:Unexpected end of|Malformed|Multipart:|Unsupported)/.test(error.message));
  return isOfForm ? malformedForm(error) : uploadCutOff(error);
}
