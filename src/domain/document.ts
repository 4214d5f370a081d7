/** Types with pages to draw. */
const drawableTypes = ['pdf', 'jpeg', 'png', 'gif', 'webp', 'bmp', 'tiff'] as const;
export type DrawableType = (typeof drawableTypes)[number];

/** Plain text is a document in Extend's contract alone. */
export const documentTypes = [...drawableTypes, 'text'] as const;

/** A document's type by its bytes; never by its name or its declared content type. */
export type DocumentType = (typeof documentTypes)[number];

export const contentTypes = {
  pdf: 'application/pdf',
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  bmp: 'image/bmp',
  tiff: 'image/tiff',
  // A browser shows it and runs nothing of it, whatever else the bytes are.
  text: 'text/plain; charset=utf-8',
} as const satisfies Record<DocumentType, string>;

/** How many leading bytes `sniffDocumentType` needs. */
export const sniffLengthBytes = 1024;

/**
 * Recognises a document by its first bytes, or returns undefined. Plain text has no mark of its own: `looksLikeText` is
 * for places that take it. PDF: the header may stand anywhere in the first 1024 bytes (ISO 32000-1 Annex H,
 * implementation note 13); a file that lost its header but begins with an indirect object is still called a PDF, so
 * that the reader can recover it.
 */
export function sniffDocumentType(head: Uint8Array): DrawableType | undefined {
  const bytes = head.subarray(0, sniffLengthBytes);
  const text = latin1(bytes);
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (text.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (text.startsWith('GIF87a') || text.startsWith('GIF89a')) return 'gif';
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return 'webp';
  if (text.startsWith('II*\0') || text.startsWith('MM\0*') || text.startsWith('II+\0') || text.startsWith('MM\0+'))
    return 'tiff';
  if (isBmp(bytes, text)) return 'bmp';
  if (text.includes('%PDF-') || /^\s*\d+\s+\d+\s+obj\b/.test(text)) return 'pdf';
  return undefined;
}

/**
 * Whether these are the first bytes of a text: no control characters but those that texts have, in UTF-8, UTF-16 with
 * its mark, or one of the encodings of one byte. Every kind of binary file that people mistake for a document has other
 * ones in its head.
 */
export function looksLikeText(head: Uint8Array): boolean {
  if (head.length === 0) return false;
  const [first, second] = head;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true;
  return head.every((byte) => (byte >= 0x20 ? byte !== 0x7f : textControls.includes(byte)));
}

/** Tab, line feed, form feed, carriage return; 0x1a ended a text once. */
const textControls: readonly number[] = [0x09, 0x0a, 0x0c, 0x0d, 0x1a];

/**
 * "BM" alone begins many texts; the size of the information header tells a bitmap (12 to 124 bytes in all versions).
 */
function isBmp(bytes: Uint8Array, text: string): boolean {
  if (!text.startsWith('BM') || bytes.length < 18) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return [12, 16, 40, 52, 56, 64, 108, 124].includes(view.getUint32(14, true));
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
