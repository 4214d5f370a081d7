import { OPS, type PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import type { DrawnContent, DrawnPicture } from './drawn-content.ts';
import { rectangleOf } from './drawn-path.ts';
import { createGlyphRows } from './glyph-rows.ts';
import { fontFacts, glyphFacts, initialState, moveText, startText, type GraphicsState } from './graphics-state.ts';
import {
  boundsOf,
  boxOf,
  identity,
  isList,
  matrixOf,
  multiply,
  numberOf,
  overlap,
  place,
  type Bounds,
  type Matrix,
} from './matrix.ts';
import type { PixelSize } from './page-size.ts';
import { enterGroup, inkOf, isMixed, isOpaque, paintsText, setPaint } from './paint-state.ts';
import { isSeeThrough } from './see-through.ts';

/** Looks on while pdfjs draws. `see` is called with each operation before it is carried out. */
export interface DrawingWatch {
  see(index: number, operations: { readonly fnArray: readonly number[]; readonly argsArray: readonly unknown[] }): void;
  content(): DrawnContent;
}

export interface WatchedPage {
  /** Fonts, and images that several pages show. */
  readonly shared: PDFPageProxy['commonObjs'];
  readonly images: PDFPageProxy['objs'];
  /** Whether the layer that marked content belongs to is switched on. */
  readonly isLayerOn: (properties: unknown) => boolean;
  /** From the page's space to pixels. */
  readonly transform: Matrix;
  /** In pixels. */
  readonly size: PixelSize;
}

/** Lower or narrower letters, in pixels, are none to a person: at 1536 px to A4's long side, a point and a half. */
const smallestTypePx = 3;
/** In pixels: narrower areas are rules and cover no letters. */
const smallestCover = 6;
const maxPictures = 5000;

const fills = new Set<unknown>([
  OPS.fill,
  OPS.eoFill,
  OPS.fillStroke,
  OPS.eoFillStroke,
  OPS.closeFillStroke,
  OPS.closeEOFillStroke,
]);

/** Follows the operations of a page (ISO 32000-2 8.4, 9.3 and 9.4) as pdfjs carries them out. */
export function watchDrawing({ shared, images, isLayerOn, transform, size: page }: WatchedPage): DrawingWatch {
  const glyphs = createGlyphRows(page);
  const pictures: DrawnPicture[] = [];
  const layers: boolean[] = [];
  let state = initialState(transform);
  let stack: GraphicsState[] = [];
  let hiddenLayers = 0;
  let isClipPending = false;
  let hasNumberedLetters = false;

  const save = (): unknown => stack.push({ ...state });

  function restore(): void {
    state = stack.pop() ?? state;
  }

  function startAnew(): void {
    stack = [];
    state = initialState(transform);
  }

  function apply(matrix: Matrix | undefined): void {
    if (matrix) state.matrix = multiply(state.matrix, matrix);
  }

  function clipTo(box: Bounds | undefined): void {
    if (box) state.clip = overlap(state.clip, boundsOf(box, state.matrix));
  }

  function paintPicture(isSeenThrough: boolean): void {
    if (hiddenLayers > 0 || !isOpaque(state) || pictures.length >= maxPictures) return;
    const bounds = overlap(state.clip, boundsOf([0, 0, 1, 1], state.matrix));
    pictures.push({ bounds });
    if (!isSeenThrough && !isMixed(state)) glyphs.cover(bounds);
  }

  /** An area of one colour hides what lies below as a picture does. */
  function fillArea(path: unknown, box: unknown): void {
    if (glyphs.count === 0 || !state.isClipBox || state.colour === undefined) return;
    const rectangle = rectangleOf(path, box, state.matrix);
    if (!rectangle || hiddenLayers > 0 || !isOpaque(state) || isMixed(state)) return;
    const area = overlap(state.clip, rectangle);
    if (area[2] - area[0] >= smallestCover && area[3] - area[1] >= smallestCover) glyphs.cover(area);
  }

  /** The image of an operation, which has it or names it. */
  function imageOf(value: unknown): unknown {
    if (typeof value !== 'string') return value;
    const store = value.startsWith('g_') ? shared : images;
    return store.has(value) ? store.get(value) : undefined;
  }

  function showText(shown: unknown): void {
    const { font, fontSize, direction, clip } = state;
    // Letters that are written downwards begin beside the line; there are too few of them to follow it.
    if (!font || font.isVertical || !isList(shown)) return;
    const inPixels = multiply(state.matrix, state.textMatrix);
    const scale = state.scale * direction;
    const size = Math.hypot(inPixels[2], inPixels[3]) * fontSize;
    const stretch = Math.abs(scale) * Math.hypot(inPixels[0], inPixels[1]);
    const isPainted = hiddenLayers === 0 && paintsText(state);
    const isTiny = isPainted && Math.min(size, stretch * fontSize) < smallestTypePx;
    const colour = inkOf(state);
    const opacity = state.opacity * state.fillOpacity;
    let advance = 0;
    for (const item of shown) {
      if (typeof item === 'number') {
        advance -= (item * fontSize) / 1000;
        continue;
      }
      const glyph = glyphFacts(item);
      if (!glyph) continue;
      hasNumberedLetters ||= glyph.isNumbered && font.mayBeSubstitute;
      const units = glyph.width * font.unit * fontSize;
      if (!glyph.isSpace) {
        const [x, y] = place(inPixels, state.x + advance * scale, state.y + state.rise);
        const isClipped = x < clip[0] - 2 || x > clip[2] || y < clip[1] || y > clip[3] + 2;
        const width = units * stretch;
        const isUndrawn = !isPainted || isTiny || isClipped;
        glyphs.put(
          { x, y, size, width, character: glyph.character, isUndrawn, isTiny, colour, opacity },
          glyph.isBlank,
        );
      }
      advance += units + ((glyph.isSpace ? state.wordSpacing : 0) + state.charSpacing) * direction;
    }
    state.x += advance * scale;
  }

  function setFont(name: unknown, size: unknown): void {
    state.font = typeof name === 'string' && shared.has(name) ? fontFacts(shared.get(name)) : undefined;
    state.fontSize = Math.abs(numberOf(size));
    state.direction = numberOf(size) < 0 ? -1 : 1;
  }

  function setGraphicsState(entries: unknown): void {
    for (const entry of isList(entries) ? entries : []) {
      const [key, value] = isList(entry) ? entry : [];
      if (key !== 'Font') setPaint(state, key, value);
      else if (isList(value)) setFont(value[0], value[1]);
    }
  }

  function beginGroup(group: unknown): void {
    save();
    enterGroup(state, group);
  }

  function beginMark(isOn: boolean): void {
    layers.push(isOn);
    if (!isOn) hiddenLayers++;
  }

  function endMark(): void {
    if (layers.pop() === false) hiddenLayers--;
  }

  function beginForm(matrix: unknown, box: unknown): void {
    save();
    apply(matrixOf(matrix));
    clipTo(boxOf(box));
  }

  function beginAnnotation(box: unknown, toBox: unknown, matrix: unknown): void {
    startAnew();
    clipTo(boxOf(box));
    apply(matrixOf(toBox));
    apply(matrixOf(matrix));
  }

  function constructPath(operation: unknown, path: unknown, box: unknown): void {
    if (fills.has(operation)) fillArea(path, box);
    if (!isClipPending) return;
    state.isClipBox &&= rectangleOf(path, box, state.matrix) !== undefined;
    clipTo(boxOf(box));
    isClipPending = false;
  }

  /** By operation; the others leave text where it is and as it looks. */
  const carryOut: Readonly<Record<number, (values: readonly unknown[]) => unknown>> = {
    [OPS.save]: save,
    [OPS.restore]: restore,
    [OPS.transform]: (values) => apply(matrixOf(values)),
    [OPS.beginGroup]: ([group]) => beginGroup(group),
    [OPS.endGroup]: restore,
    [OPS.paintFormXObjectBegin]: ([matrix, box]) => beginForm(matrix, box),
    [OPS.paintFormXObjectEnd]: restore,
    [OPS.beginAnnotation]: ([_id, box, toBox, matrix]) => beginAnnotation(box, toBox, matrix),
    [OPS.endAnnotation]: startAnew,
    [OPS.beginMarkedContent]: () => beginMark(true),
    [OPS.beginMarkedContentProps]: ([tag, properties]) => beginMark(tag !== 'OC' || isLayerOn(properties)),
    [OPS.endMarkedContent]: endMark,
    [OPS.clip]: () => (isClipPending = true),
    [OPS.eoClip]: () => (isClipPending = true),
    [OPS.constructPath]: ([operation, data, box]) => constructPath(operation, isList(data) ? data[0] : undefined, box),
    [OPS.setFillRGBColor]: ([colour]) => (state.colour = typeof colour === 'string' ? colour : undefined),
    [OPS.setFillColorN]: () => (state.colour = undefined),
    [OPS.setStrokeRGBColor]: ([colour]) => (state.strokeColour = typeof colour === 'string' ? colour : undefined),
    [OPS.setStrokeColorN]: () => (state.strokeColour = undefined),
    [OPS.setFillTransparent]: () => (state.colour = undefined),
    [OPS.setGState]: ([entries]) => setGraphicsState(entries),
    [OPS.paintImageXObject]: ([image]) => paintPicture(isSeeThrough(imageOf(image))),
    [OPS.paintInlineImageXObject]: ([image]) => paintPicture(isSeeThrough(imageOf(image))),
    [OPS.paintImageMaskXObject]: () => paintPicture(true),
    [OPS.beginText]: () => startText(state, identity),
    [OPS.setTextMatrix]: ([matrix]) => startText(state, matrixOf(matrix) ?? identity),
    [OPS.moveText]: ([x, y]) => moveText(state, numberOf(x), numberOf(y)),
    [OPS.setLeadingMoveText]([x, y]) {
      state.leading = numberOf(y);
      moveText(state, numberOf(x), numberOf(y));
    },
    [OPS.nextLine]: () => moveText(state, 0, state.leading),
    [OPS.setLeading]: ([leading]) => (state.leading = -numberOf(leading)),
    [OPS.setFont]: ([name, size]) => setFont(name, size),
    [OPS.setTextRenderingMode]: ([mode]) => (state.mode = numberOf(mode)),
    [OPS.setTextRise]: ([rise]) => (state.rise = numberOf(rise)),
    [OPS.setCharSpacing]: ([spacing]) => (state.charSpacing = numberOf(spacing)),
    [OPS.setWordSpacing]: ([spacing]) => (state.wordSpacing = numberOf(spacing)),
    [OPS.setHScale]: ([percent]) => (state.scale = numberOf(percent) / 100),
    [OPS.showText]: ([shown]) => showText(shown),
  };

  return {
    see(index, { fnArray, argsArray }) {
      const follow = carryOut[fnArray[index] ?? 0];
      if (!follow) return;
      const values = argsArray[index];
      follow(isList(values) ? values : []);
    },
    content: () => ({ ...glyphs.content(), hasNumberedLetters, pictures }),
  };
}
