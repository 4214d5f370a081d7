const linesPerPage = 40;
const words = 'The quick brown fox jumps over the lazy dog while five wizards pack my box with liquor jugs'.split(' ');

/** A PDF of so many A4 pages of plain text in a standard font: a letter's worth of ink, no pictures. */
export function buildTextPdf(pageCount: number): Uint8Array<ArrayBuffer> {
  const pages = Array.from({ length: pageCount }, (_, index) => index);
  const kids = pages.map((index) => `${4 + 2 * index} 0 R`).join(' ');
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${pageCount} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    ...pages.flatMap((index) => {
      const content = pageContent(index + 1);
      const resources = '<< /Font << /F1 3 0 R >> >>';
      return [
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources ${resources} /Contents ${5 + 2 * index} 0 R >>`,
        `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
      ];
    }),
  ];
  return assemble(objects);
}

function pageContent(pageNumber: number): string {
  const lines = Array.from({ length: linesPerPage }, (_, line) => {
    const text = Array.from({ length: 12 }, (_word, word) => words[(line * 5 + word * 3 + pageNumber) % words.length]);
    return `(${text.join(' ')}) Tj 0 -18 Td`;
  });
  return `BT /F1 20 Tf 50 790 Td (Letter, page ${pageNumber}) Tj /F1 10 Tf 0 -30 Td ${lines.join('\n')} ET`;
}

/** Objects, cross-reference table and trailer (ISO 32000-2 7.5). All of it is ASCII, so that characters are bytes. */
function assemble(objects: readonly string[]): Uint8Array<ArrayBuffer> {
  let text = '%PDF-1.7\n';
  const offsets = objects.map((object, index) => {
    const offset = text.length;
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const size = objects.length + 1;
  text += `xref\n0 ${size}\n0000000000 65535 f \n${table}trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${text.length}\n%%EOF\n`;
  return new Uint8Array(new TextEncoder().encode(text));
}
