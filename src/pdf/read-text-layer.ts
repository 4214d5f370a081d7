import type { PageText } from '../domain/page.ts';
import { assemblePlaced, type TextRun } from './assemble-text.ts';
import type { DrawnContent } from './drawn-content.ts';
import { hasInkOf, type PixelBox } from './ink-samples.ts';
import { hasInk } from './ink.ts';
import type { Pixels } from './pixels.ts';
import { mapPrint, printedShare, withoutBoxes, withinBoxes, type PrintMap } from './print-map.ts';
import { lookAtRuns, type SeenRun } from './visible-text.ts';

export interface TextLayer {
  readonly text: PageText;
  /** Notes for the reader, in sentences. Never page content. */
  readonly warnings: readonly string[];
}

const hiddenText = 'This page has text that does not show; it was left out.';

/** Below so many letters hidden text is a generator's mark ("Powered by ..."), unless nothing else is on the page. */
const fewestHiddenLetters = 40;
/** The share of a page's letters below which letters outside the visible part are a printer's note on the edge. */
const mostOfSlug = 0.3;
/** Of a run's cells: print below this share belongs to neighbouring lines. */
const printOfAnother = 0.3;
/** Letters of a text layer that has the page's words, rather than a page number. */
const fewestLetters = 24;

/**
 * The visible part of a page's text layer; text behind a picture of print apart, which only the picture can confirm.
 */
export function readTextLayer(
  runs: readonly TextRun[],
  drawn: DrawnContent,
  page: Pixels,
  maxCharacters: number,
): TextLayer {
  const size = { width: page.widthPx, height: page.heightPx };
  const seen = lookAtRuns(runs, drawn, page);
  const shown = seen.filter(({ sight }) => sight === 'shown');
  const rest = mapPrint(page, boxesOf(shown));
  const wholePrint = once(() => mapPrint(page).printed);
  const undrawn = seen.filter(({ sight }) => sight === 'undrawn');
  const overPrint = undrawn.filter(({ placed: { box } }) => printedShare(rest, box) > printOfAnother);
  // What recognition left a little beside its picture's print belongs to it: short lines, faint ones.
  const isOfRecognition = countLettersOf(overPrint) > countLettersOf(undrawn) / 2;
  const behind = isOfRecognition ? undrawn : overPrint;
  const text = assemblePlaced(shown, size, maxCharacters);
  const isEnough = countLetters(text.text) >= fewestLetters && !isPartial(rest, wholePrint, drawn);
  const recognised = isEnough ? undefined : assemblePlaced(behind, size, maxCharacters);
  const hasRecognised = recognised !== undefined && countLetters(recognised.text) >= fewestLetters;
  const left = hasRecognised ? withoutBoxes(rest, boxesOf(behind)) : rest;
  const lacks = lacksLetters(drawn, page) ? 'letters' : isPartial(left, wholePrint, drawn) ? 'print' : undefined;
  const hidden = seen.filter((each) => each.sight === 'hidden' || (each.sight === 'undrawn' && !behind.includes(each)));
  const outside = drawn.outsideCount;
  const isSlug = outside < mostOfSlug * countLetters(text.text);
  const hiddenLetters = countLettersOf(withoutEcho(hidden, text.text)) + (isSlug ? 0 : outside);
  const isMuch = hiddenLetters >= fewestHiddenLetters;
  const isAll = !isMuch && text.text === '' && countLettersOf(withoutDirt(hidden, drawn)) > 0 && !hasInk(page);
  return {
    text: { ...text, ...(hasRecognised && { behind: recognised }), ...(lacks && { lacks }) },
    warnings: isMuch || isAll ? [hiddenText] : [],
  };
}

/** Hidden text that shows elsewhere on the page, too, deceives nobody: the shadow of a title. */
function withoutEcho(hidden: readonly SeenRun[], shown: string): SeenRun[] {
  return hidden.filter(({ run }) => !shown.includes(run.text.trim()));
}

/** Drops what recognition read in the dirt of an empty scanned sheet: it lies over its picture. */
function withoutDirt(hidden: readonly SeenRun[], { pictures }: DrawnContent): SeenRun[] {
  return hidden.filter(({ placed: { box }, sight }) => {
    const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
    const isOverPicture = pictures.some(
      ({ bounds: [left, top, right, bottom] }) => left <= x && right >= x && top <= y && bottom >= y,
    );
    return sight === 'hidden' || !isOverPicture;
  });
}

/** Cells of print (12 px) that are worth reading: two lines of type. */
const fewestCells = 100;
/** Of all print: so much is more than figures and logos have. */
const mostOfPrint = 0.6;
/** As above, where it lies in pictures: a scan beside digital text. */
const muchInPictures = 0.25;
/** Of the page: smaller pictures are logos. */
const smallPicture = 0.02;

/** Whether much of what is printed stands in no text: a scan with a header, or type that was turned into outlines. */
function isPartial(rest: PrintMap, wholePrint: () => number, { pictures }: DrawnContent): boolean {
  if (rest.printed < fewestCells) return false;
  if (rest.printed >= mostOfPrint * wholePrint()) return true;
  const pageArea = rest.columns * rest.rows * 144;
  const boxes = pictures.flatMap(({ bounds: [left, top, right, bottom] }) =>
    (right - left) * (bottom - top) < smallPicture * pageArea ? [] : [{ left, top, right, bottom }],
  );
  const inPictures = withinBoxes(rest, boxes).printed;
  return inPictures >= fewestCells && inPictures >= muchInPictures * wholePrint();
}

/** Of all letters: fewer are bullets and ornaments. */
const shareOfNameless = 0.015;
const fewestNameless = 5;
const namelessSamples = 400;

/** Whether letters are drawn whose font does not say which they are, so that words have gaps. */
function lacksLetters({ blanks, glyphCount }: DrawnContent, page: Pixels): boolean {
  if (blanks.length < Math.max(fewestNameless, shareOfNameless * glyphCount)) return false;
  const step = Math.ceil(blanks.length / namelessSamples);
  const sampled = blanks.filter((_, index) => index % step === 0);
  // In the middle alone: letters on both sides of a narrow space may reach into it.
  const nameless = sampled.filter(({ x, y, size, width, colour }) =>
    hasInkOf(
      page,
      { left: x + 0.4 * width, right: x + 0.6 * width, top: y - 0.55 * size, bottom: y - 0.1 * size },
      { colour },
    ),
  );
  return nameless.length * step >= Math.max(fewestNameless, shareOfNameless * glyphCount);
}

function boxesOf(seen: readonly SeenRun[]): PixelBox[] {
  return seen.map(({ placed }) => placed.box);
}

function once<Value>(find: () => Value): () => Value {
  let found: { readonly value: Value } | undefined;
  return () => (found ??= { value: find() }).value;
}

function countLettersOf(seen: readonly SeenRun[]): number {
  return countLetters(seen.map(({ run }) => run.text).join(' '));
}

function countLetters(text: string): number {
  return text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
}
