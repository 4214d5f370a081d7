import { readFileSync } from 'node:fs';
import sharp, { type OutputInfo } from 'sharp';
import { z } from 'zod';

/** The two-page invoice that ships with the project. */
export const sampleInvoice = read('../../examples/sample-invoice.pdf');

export const encryptedPdf = read('../fixtures/encrypted.pdf');
export const pdfWithoutPages = read('../fixtures/zero-pages.pdf');
export const corruptPdf = bytes('%PDF-1.7\nthis is not what a PDF looks like inside\n');

/** A PDF of so many pages with one line of text on each, or none. */
export function pdfWithPages(texts: readonly string[]): Uint8Array<ArrayBuffer> {
  return pdfOf(
    texts.map((text) => (text === '' ? '' : `BT /F1 24 Tf 72 700 Td (${text.replace(/[\\()]/g, '\\$&')}) Tj ET`)),
  );
}

/** Of so many pages with this content each; small enough to write by hand (ISO 32000-2 7.5). */
function pdfOf(contents: readonly string[]): Uint8Array<ArrayBuffer> {
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Count ${contents.length} /Kids [${contents.map((_, index) => `${4 + index * 2} 0 R`).join(' ')}] >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  for (const [index, content] of contents.entries()) {
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + index * 2} 0 R >>`,
      `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    );
  }
  let file = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = file.length;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return String(offset).padStart(10, '0');
  });
  const table = offsets.map((offset) => `${offset} 00000 n \n`).join('');
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}`;
  file += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${file.indexOf('xref\n0')}\n%%EOF\n`;
  return bytes(file);
}

/**
 * A PDF with pages of these lines in their text layers, 200 of 140 letters in sight; what is not Latin-1 is a question
 * mark.
 */
export function pdfOfLines(...pages: readonly (readonly string[])[]): Uint8Array<ArrayBuffer> {
  return pdfOf(
    pages.map((lines) => {
      const shown = lines.map((line) => line.replace(/[^ -~\u00a0-\u00ff]/g, '?').replace(/[\\()]/g, '\\$&'));
      return `BT /F1 4 Tf 20 820 Td ${shown.map((line) => `(${line}) Tj 0 -4 Td`).join('\n')} ET`;
    }),
  );
}

/** The same page as an image of the kind that the file name says. */
export async function pageImage(fileName: string): Promise<Uint8Array<ArrayBuffer>> {
  const page = sharp(Buffer.from(pageSvg)).flatten({ background: '#fff' });
  const kind = fileName.slice(fileName.lastIndexOf('.') + 1);
  if (kind === 'bmp') return bitmap(await page.removeAlpha().raw().toBuffer({ resolveWithObject: true }));
  return own(
    await page.toFormat(kind === 'jpg' ? 'jpeg' : z.enum(['png', 'gif', 'webp', 'tiff']).parse(kind)).toBuffer(),
  );
}

const pageSvg = `<svg xmlns="http://www.w3.org/2000/svg" width="600" height="800"><rect width="600" height="800" fill="#fff"/>
<rect x="60" y="60" width="300" height="40"/><rect x="60" y="140" width="420" height="12"/><rect x="60" y="170" width="420" height="12"/></svg>`;

/** 24 bit, bottom-up, uncompressed (BITMAPINFOHEADER). */
function bitmap({ data, info }: { readonly data: Buffer; readonly info: OutputInfo }): Uint8Array<ArrayBuffer> {
  const rowBytes = Math.ceil((info.width * 3) / 4) * 4;
  const file = Buffer.alloc(54 + rowBytes * info.height);
  file.write('BM', 'latin1');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(info.width, 18);
  file.writeInt32LE(info.height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  for (let y = 0; y < info.height; y++) {
    for (let x = 0; x < info.width; x++) {
      const from = (y * info.width + x) * info.channels;
      const to = 54 + (info.height - 1 - y) * rowBytes + x * 3;
      file.set([data[from + 2] ?? 0, data[from + 1] ?? 0, data[from] ?? 0], to);
    }
  }
  return own(file);
}

export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return own(Buffer.from(text, 'latin1'));
}

function read(path: string): Uint8Array<ArrayBuffer> {
  return own(readFileSync(new URL(path, import.meta.url)));
}

/** A copy in a buffer of its own, as `Blob` wants it. */
function own(buffer: Buffer): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer);
}
