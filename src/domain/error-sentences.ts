import { countOf } from './text.ts';
import { sniffLengthBytes } from './document.ts';
import { ClassifierError, type WaitedFor } from './errors.ts';
import { fieldError } from './field-error.ts';

/** Verbatim from Unsiloed's contract ("Failed Status"); the em dash is theirs. */
const corruptPdfSentence = 'This PDF could not be opened — the file may be corrupt or in an unsupported format.';

export function documentCorrupt(kind: 'pdf' | 'image', cause?: unknown): ClassifierError {
  const sentence =
    kind === 'pdf'
      ? corruptPdfSentence
      : 'This image could not be opened — the file may be corrupt or in an unsupported format.';
  return new ClassifierError('document_corrupt', sentence, { cause });
}

export function documentEncrypted(cause?: unknown): ClassifierError {
  return new ClassifierError(
    'document_encrypted',
    'This PDF is protected by a password. Remove the password and upload it again.',
    { cause },
  );
}

export function wrongPassword(cause?: unknown): ClassifierError {
  return new ClassifierError('document_encrypted', 'The given password does not open this PDF.', { cause });
}

export function documentEmpty(): ClassifierError {
  return new ClassifierError('document_empty', 'This document has no pages.');
}

export function pageBlank(): ClassifierError {
  return new ClassifierError('page_blank', 'This page is blank.');
}

export function cancelled(): ClassifierError {
  return new ClassifierError('cancelled', 'Classification was cancelled');
}

export function jobNotFound(): ClassifierError {
  return new ClassifierError('not_found', 'Job not found');
}

export function documentGone(): ClassifierError {
  return new ClassifierError('document_missing', 'The document of this job was deleted, so it cannot be run again.');
}

/** A workflow may start with the id of a finished one, whose outcome stays. */
export function jobOfAnotherRun(): ClassifierError {
  return new ClassifierError(
    'invalid_request',
    'The workflow id of this run belongs to a finished job, whose result is kept. Start it with another id, or delete that job first.',
  );
}

export function batchNotFound(): ClassifierError {
  return new ClassifierError('not_found', 'Batch not found');
}

export function storageUnavailable(cause?: unknown): ClassifierError {
  return new ClassifierError('storage_unavailable', 'The document store cannot be reached. Please try again.', {
    cause,
  });
}

/** Not an outage, which passes: the request itself is wrong and would fail again. */
export function storageRefused(cause?: unknown): ClassifierError {
  return new ClassifierError(
    'internal',
    'The document store answered, but refused the request. The log of the service says why.',
    { cause, retryable: false },
  );
}

/** `waitsFor` is what the job waited for, `detail` what was wrong with it. */
export function patienceEnded(seconds: number, waitsFor: WaitedFor, detail: string): ClassifierError {
  const sentence = `The job gave up after waiting ${durationOf(seconds)} for the ${waitsFor}. ${detail}`;
  return new ClassifierError('patience_ended', sentence);
}

function durationOf(seconds: number): string {
  if (seconds >= 3600 && seconds % 3600 === 0) return countOf(seconds / 3600, 'hour');
  return seconds >= 60 && seconds % 60 === 0 ? countOf(seconds / 60, 'minute') : countOf(seconds, 'second');
}

export function temporalUnavailable(cause?: unknown): ClassifierError {
  return new ClassifierError('temporal_unavailable', 'The workflow service cannot be reached. Please try again.', {
    cause,
  });
}

function allowedKinds(mayBeText: boolean): string {
  const images = 'an image (JPG, PNG, GIF, WebP, BMP, TIFF)';
  return mayBeText ? `a PDF, ${images} or a text (TXT, CSV, XML, HTML)` : `a PDF or ${images}`;
}

/** `field` is the document's name in the sentence. */
export function emptyDocument(field: string, mayBeText = false): ClassifierError {
  const detail = `${field} is empty (0 bytes); it must be ${allowedKinds(mayBeText)}.`;
  return fieldError(field, detail, { sentence: detail });
}

export function unsupportedDocument(field: string, mayBeText: boolean, head: Uint8Array): ClassifierError {
  const seen = knownFormat(head);
  const detail = `${field} is ${seen ?? 'not of a kind that can be classified'}; it must be ${allowedKinds(mayBeText)}. What counts is its content, not its name.`;
  return new ClassifierError('unsupported_media_type', detail);
}

/**
 * Recognises common files that are no documents here. People try Word and Excel files first: the sentence names the
 * format. A URL that needs a session, or that of a viewer, answers with a web page; storage services answer errors as
 * XML or JSON.
 */
function knownFormat(head: Uint8Array): string | undefined {
  const text = String.fromCharCode(...head.subarray(0, sniffLengthBytes));
  if (/<!doctype\s{1,10}html|<html[\s>]/i.test(text)) {
    return 'a web page (HTML), such as one to sign in or to look at a file in a browser';
  }
  if (/^\W{0,10}xml /.test(text)) return 'XML, such as the error of a storage service';
  if (/^\s{0,10}[{[]\s{0,10}"/.test(text)) return 'JSON, such as the error of a service';
  if (text.startsWith('\xd0\xcf\x11\xe0')) return 'an old Microsoft Office file, which is not read: save it as PDF';
  if (!text.startsWith('PK\x03\x04')) return undefined;
  if (/word\/|xl\/|ppt\/|\[Content_Types\]\.xml/.test(text)) {
    return 'an Office file (DOCX, XLSX, PPTX), which is not read: save it as PDF';
  }
  return 'a ZIP archive, which is not read';
}

export function documentTooLarge(field: string, maxFileBytes: number): ClassifierError {
  const megabytes = Number((maxFileBytes / 1_000_000).toPrecision(4));
  return new ClassifierError('payload_too_large', `${field} is larger than the limit of ${megabytes} MB.`);
}
