import { ClassifierError } from './errors.ts';

/** Verbatim from Unsiloed's contract (seed 001, "Failed Status"); the em dash is theirs. */
export const corruptPdfSentence = 'This PDF could not be opened — the file may be corrupt or in an unsupported format.';

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

export function storageUnavailable(cause?: unknown): ClassifierError {
  return new ClassifierError('storage_unavailable', 'The document store cannot be reached. Please try again.', {
    cause,
  });
}

export function temporalUnavailable(cause?: unknown): ClassifierError {
  return new ClassifierError('temporal_unavailable', 'The workflow service cannot be reached. Please try again.', {
    cause,
  });
}

const allowedKinds = 'a PDF or an image (JPG, PNG, GIF, WebP, BMP, TIFF)';

/** `field` is what the sentence calls the document. */
export function emptyDocument(field: string): ClassifierError {
  const detail = `${field} is empty (0 bytes); it must be ${allowedKinds}.`;
  return new ClassifierError('invalid_request', detail, { errors: [{ pointer: `/${field}`, detail }] });
}

export function unsupportedDocument(field: string): ClassifierError {
  return new ClassifierError(
    'unsupported_media_type',
    `${field} is not of a kind that can be classified; it must be ${allowedKinds}. What counts is its content, not its name.`,
  );
}

export function documentTooLarge(field: string, maxFileBytes: number): ClassifierError {
  const megabytes = Number((maxFileBytes / 1_000_000).toPrecision(4));
  return new ClassifierError('payload_too_large', `${field} is larger than the limit of ${megabytes} MB.`);
}
