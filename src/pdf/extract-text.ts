import { type PageViewport, type PDFPageProxy, Util } from 'pdfjs-dist/legacy/build/pdf.mjs';
import type { TextRun } from './assemble-text.ts';

/**
 * The text layer of a page, all of it, also what does not show. Its order is that of the content stream: generators
 * write columns and cells one after the other, so that it reads better than an order by position.
 */
export async function extractText(page: PDFPageProxy, viewport: PageViewport): Promise<TextRun[]> {
  const content = await page.getTextContent();
  const [scaleX = 1, scaleY = 0] = viewport.transform;
  const scale = Math.hypot(scaleX, scaleY);
  return content.items.flatMap((item): TextRun[] => {
    if (!('str' in item)) return [];
    const isVertical = content.styles[item.fontName]?.vertical ?? false;
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = Util.transform(viewport.transform, item.transform);
    return [
      {
        text: item.str,
        matrix: [a, b, c, d, e, f],
        advance: (isVertical ? item.height : item.width) * scale,
        isVertical,
        endsLine: item.hasEOL,
      },
    ];
  });
}
