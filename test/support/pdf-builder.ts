import { deflateSync } from 'node:zlib';

/** An object of a PDF: its text, with the bytes of its stream where it has one. */
export type PdfObject = string | { readonly dictionary: string; readonly stream: string | Uint8Array };

export interface PdfPageParts {
  /** Operators of the page's content. `/F1` is Helvetica, `/I1` the picture. */
  readonly content: string;
  /** A JPEG, as wide and as high as is said. */
  readonly picture?: { readonly jpeg: Uint8Array; readonly width: number; readonly height: number };
  /** Entries of the page's resources beside `/Font` and `/XObject`; objects from number 10 on may be named. */
  readonly resources?: string;
  readonly fonts?: string;
  /** Entries of the page and of the catalog. */
  readonly page?: string;
  readonly catalog?: string;
  /** Objects 10, 11 and so on. */
  readonly objects?: readonly PdfObject[];
  readonly compress?: boolean;
}

/** A PDF of one A4 page, written by hand (ISO 32000-2 7.5) so that a test says what is in it. */
export function buildPdf(parts: PdfPageParts): Uint8Array<ArrayBuffer> {
  const { content, picture, resources = '', fonts = '', page = '', catalog = '', objects = [], compress } = parts;
  const none = 'null';
  const body: PdfObject =
    compress === true
      ? { dictionary: '/Filter /FlateDecode', stream: deflateSync(content) }
      : { dictionary: '', stream: content };
  const all: PdfObject[] = [
    `<< /Type /Catalog /Pages 2 0 R ${catalog} >>`,
    '<< /Type /Pages /Count 1 /Kids [3 0 R] >>',
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R ${page} /Resources <<
      /Font << /F1 5 0 R ${fonts} >> ${picture ? '/XObject << /I1 6 0 R >>' : ''} ${resources} >> >>`,
    body,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    picture
      ? {
          dictionary: `/Type /XObject /Subtype /Image /Width ${picture.width} /Height ${picture.height}
            /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode`,
          stream: picture.jpeg,
        }
      : none,
    none,
    none,
    none,
    ...objects,
  ];
  return writePdf(all);
}

/** Lines of text, one below the other, from the top of the page or from the height that is given. */
export function textLines(lines: readonly string[], { size = 12, top = 780, left = 60 } = {}): string {
  const shown = lines.map((line) => `(${line.replace(/[\\()]/g, '\\$&')}) Tj T*`);
  return `BT /F1 ${size} Tf ${size * 1.5} TL ${left} ${top} Td ${shown.join(' ')} ET`;
}

function writePdf(objects: readonly PdfObject[]): Uint8Array<ArrayBuffer> {
  const pieces: Buffer[] = [Buffer.from('%PDF-1.7\n')];
  const offsets: number[] = [];
  let length = pieces[0]?.length ?? 0;
  const put = (piece: string | Uint8Array): void => {
    const bytes = typeof piece === 'string' ? Buffer.from(piece, 'latin1') : Buffer.from(piece);
    pieces.push(bytes);
    length += bytes.length;
  };
  for (const [index, object] of objects.entries()) {
    offsets.push(length);
    put(`${index + 1} 0 obj\n`);
    if (typeof object === 'string') put(`${object}\n`);
    else {
      const stream = typeof object.stream === 'string' ? Buffer.from(object.stream, 'latin1') : object.stream;
      put(`<< ${object.dictionary} /Length ${stream.length} >>\nstream\n`);
      put(stream);
      put('\nendstream\n');
    }
    put('endobj\n');
  }
  const start = length;
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  put(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}`);
  put(`trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`);
  return new Uint8Array(Buffer.concat(pieces));
}
