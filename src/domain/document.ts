export const documentTypes = ['pdf', 'jpeg', 'png', 'gif', 'webp', 'bmp', 'tiff'] as const;

/** What a document is, known from its bytes; never from its name or its declared content type. */
export type DocumentType = (typeof documentTypes)[number];

export const contentTypes = {
  pdf: 'application/pdf',
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  bmp: 'image/bmp',
  tiff: 'image/tiff',
} as const satisfies Record<DocumentType, string>;

/** How many leading bytes `sniffDocumentType` wants to see. */
export const sniffLengthBytes = 1024;

/**
 * Recognises a document by its first bytes, or returns undefined.
 * PDF: the header may stand anywhere in the first 1024 bytes (ISO 32000-1 Annex H, implementation note 13); a file
 * that lost its header but begins with an indirect object is still called a PDF, so that the reader can recover it.
 */
export function sniffDocumentType(head: Uint8Array): DocumentType | undefined {
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

/** "BM" alone begins many texts; the size of the information header tells a bitmap (12 to 124 bytes in all versions). */
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
