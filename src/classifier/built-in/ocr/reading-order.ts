import type { PlacedText, TextSpan } from '../../../domain/page.ts';
import type { TextBox } from './text-box.ts';

/** A box whose text was read. */
export interface ReadBox {
  readonly box: TextBox;
  readonly text: string;
  /** 0..1 */
  readonly confidence: number;
}

/** Puts the boxes of an upright page into lines, top to bottom, left to right; sizes become fractions of the page. */
export function toPageText(boxes: readonly ReadBox[], pageWidth: number, pageHeight: number): PlacedText {
  const lines: { middle: number; height: number; boxes: ReadBox[] }[] = [];
  for (const item of boxes.toSorted((a, b) => a.box.centreY - b.box.centreY || a.box.centreX - b.box.centreX)) {
    const { centreY, height } = item.box;
    const line = lines.findLast(
      (candidate) => Math.abs(candidate.middle - centreY) < Math.min(candidate.height, height) / 2,
    );
    if (line) line.boxes.push(item);
    else lines.push({ middle: centreY, height, boxes: [item] });
  }
  const ordered = lines
    .toSorted((a, b) => a.middle - b.middle)
    .map((line) => line.boxes.toSorted((a, b) => left(a.box) - left(b.box)));
  return {
    text: ordered.map((line) => line.map(({ text }) => text).join(' ')).join('\n'),
    spans: ordered.flat().map((item) => toSpan(item, pageWidth, pageHeight)),
  };
}

function left(box: TextBox): number {
  return box.centreX - box.length / 2;
}

function toSpan({ box, text }: ReadBox, pageWidth: number, pageHeight: number): TextSpan {
  const fraction = (value: number): number => Math.round(Math.min(1, Math.max(0, value)) * 10_000) / 10_000;
  return {
    text,
    x: fraction(left(box) / pageWidth),
    y: fraction((box.centreY - box.height / 2) / pageHeight),
    width: fraction(box.length / pageWidth),
    height: fraction(box.height / pageHeight),
  };
}
