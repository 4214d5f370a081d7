import type { DocumentRenderer } from '../../src/pdf/document-renderer.ts';
import { drawPageImage } from './classifiable-page.ts';
import { buildPdf, type PdfPageParts } from './pdf-builder.ts';
import { renderBytes } from './rendering.ts';

export const invoice = [
  'INVOICE 2024-0917',
  'Meadowbrook Supplies Ltd, 14 Harbour Lane, Exampleton',
  'Bill to: Northgate Bakery, 3 Mill Street',
  'Subtotal 384.00, VAT 76.80, total amount due 460.80',
  'Payment due within 30 days to the account above',
];
/** The page of a PDF that is made of these parts. */
export async function pageOf(by: DocumentRenderer, parts: PdfPageParts) {
  const { pages } = await renderBytes(by, buildPdf(parts), 'pdf');
  const [page] = pages;
  if (!page || !('image' in page)) throw new Error(`no page: ${JSON.stringify(page)}`);
  return page;
}

/**
 * A page as a scanner leaves it: a picture that fills it, with these lines at the places where `scanLines` writes them.
 */
export async function scan(lines: readonly string[]) {
  return { jpeg: await drawPageImage(lines.join('\n')), width: 768, height: 1086 };
}

/** Draws the picture of a page all over it. */
export const fill = 'q 595 0 0 842 0 0 cm /I1 Do Q';

/** Invisible lines over those of `scan`. */
export function recognised(lines: readonly string[]): string {
  const at = (index: number): string => `1 0 0 1 46 ${842 - (80 + index * 26) * (842 / 1086)} Tm`;
  const shown = lines.map((line, index) => `${at(index)} (${line.replace(/[\\()]/g, '\\$&')}) Tj`);
  return `BT 3 Tr /F1 15.5 Tf ${shown.join(' ')} ET`;
}
