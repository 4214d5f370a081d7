import type { SKRSContext2D } from '@napi-rs/canvas';
import type { TextRun } from './assemble-text.ts';
import { multiply, type Bounds, type Matrix } from './matrix.ts';

/** Text that a page says is there, and for which it brings no picture: a form's value, a note in a frame. */
export interface TextBlock {
  readonly text: string;
  /** In the page's space, where y grows upwards: left, bottom, right, top. */
  readonly box: Bounds;
  /** In the page's units; 0 lets it fit. */
  readonly fontSize: number;
  readonly isMultiline: boolean;
  /** `#rrggbb`; black where none is given. */
  readonly colour?: string | undefined;
  /** The fill of its frame, if any. */
  readonly ground?: string | undefined;
}

interface Line {
  readonly text: string;
  readonly x: number;
  /** Of its base line. */
  readonly y: number;
  readonly size: number;
  readonly width: number;
}

const family = 'sans-serif';
const padding = 2;
const lineSpacing = 1.2;
const largestFitted = 12;
const smallestFitted = 4;
/** The most text that a frame can show; a value of a megabyte is no text on a page. */
const maxCharacters = 20_000;

/** Writes blocks on a page, within their frames. */
export function drawTextBlocks(context: SKRSContext2D, blocks: readonly TextBlock[], toPixels: Matrix): void {
  for (const block of blocks) {
    const [left, bottom, right, top] = block.box;
    context.save();
    context.setTransform(...toPixels);
    context.beginPath();
    context.rect(left, bottom, right - left, top - bottom);
    context.clip();
    if (block.ground !== undefined) {
      context.fillStyle = block.ground;
      context.fillRect(left, bottom, right - left, top - bottom);
    }
    context.fillStyle = block.colour ?? '#000000';
    for (const { text, x, y, size } of layOut(context, block)) {
      context.save();
      context.translate(x, y);
      context.scale(1, -1);
      context.font = `${size}px ${family}`;
      context.fillText(text, 0, 0);
      context.restore();
    }
    context.restore();
  }
}

/** The same text as a part of a page's text layer. */
export function runsOfBlocks(context: SKRSContext2D, blocks: readonly TextBlock[], toPixels: Matrix): TextRun[] {
  const scale = Math.hypot(toPixels[0], toPixels[1]);
  return blocks.flatMap((block) =>
    layOut(context, block).map(({ text, x, y, size, width }) => ({
      text,
      matrix: multiply(toPixels, [size, 0, 0, size, x, y]),
      advance: width * scale,
      isVertical: false,
      endsLine: true,
    })),
  );
}

function layOut(context: SKRSContext2D, { text, box, fontSize, isMultiline }: TextBlock): Line[] {
  const [left, bottom, right, top] = box;
  const [width, height] = [right - left - 2 * padding, top - bottom];
  const shown = text.slice(0, maxCharacters).normalize('NFC');
  const paragraphs = isMultiline ? shown.split(/\r\n?|\n/) : [shown.replace(/[\r\n]+/g, ' ')];
  const wrap = (size: number): string[] =>
    isMultiline ? paragraphs.flatMap((each) => wrapLine(context, each, width, size)) : paragraphs;
  const size = fontSize > 0 ? fontSize : fittingSize(wrap, height, isMultiline);
  const lines = wrap(size);
  context.font = `${size}px ${family}`;
  // A single line stands in the middle of its frame, several begin at its top.
  const first = isMultiline ? top - padding - 0.8 * size : (top + bottom) / 2 - 0.3 * size;
  return lines.flatMap((line, index) => {
    const y = first - index * lineSpacing * size;
    return line.trim() === '' || y < bottom - size
      ? []
      : [{ text: line, x: left + padding, y, size, width: context.measureText(line).width }];
  });
}

function fittingSize(wrap: (size: number) => readonly string[], height: number, isMultiline: boolean): number {
  if (!isMultiline) return Math.max(smallestFitted, Math.min(largestFitted, 0.7 * height));
  for (let size = largestFitted; size > smallestFitted; size--) {
    if (wrap(size).length * size * lineSpacing <= height) return size;
  }
  return smallestFitted;
}

function wrapLine(context: SKRSContext2D, text: string, width: number, size: number): string[] {
  context.font = `${size}px ${family}`;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && context.measureText(longer).width > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
