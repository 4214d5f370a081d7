import { OPS, type PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { rowOf, type DrawnContent, type DrawnGlyph, type DrawnPicture } from './drawn-content.ts';
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
}

/** Letters that are lower, in pixels, are no letters to a person: at 1536 px to A4's long side, a point and a half. */
const smallestTypePx = 3;
const leastOpacity = 0.05;
/** What a picture must have to cover what lies below. */
const coveringOpacity = 0.9;
/** More letters than any newspaper's page has; text behind them counts as seen. */
const maxGlyphs = 100_000;
const maxPictures = 5000;

/** ISO 32000-2 9.3.6: the lowest two bits say fill, stroke, both or nothing. */
const paintModes = { fill: 0, stroke: 1, nothing: 3 } as const;

/** Follows the operations of a page (ISO 32000-2 8.4, 9.3 and 9.4) as pdfjs carries them out. */
export function watchDrawing({ shared, images, isLayerOn, transform }: WatchedPage): DrawingWatch {
  const rows = new Map<number, DrawnGlyph[]>();
  const blanks: DrawnGlyph[] = [];
  const pictures: DrawnPicture[] = [];
  const layers: boolean[] = [];
  let state = initialState(transform);
  let stack: GraphicsState[] = [];
  let hiddenLayers = 0;
  let isClipPending = false;
  let glyphCount = 0;
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

  function paintPicture(order: number, isSeenThrough: boolean): void {
    const isFaint = hiddenLayers > 0 || state.opacity * state.fillOpacity < coveringOpacity;
    if (isFaint || pictures.length >= maxPictures) return;
    pictures.push({ bounds: overlap(state.clip, boundsOf([0, 0, 1, 1], state.matrix)), isSeenThrough, order });
  }

  /** The image of an operation, which has it or names it. */
  function imageOf(value: unknown): unknown {
    if (typeof value !== 'string') return value;
    const store = value.startsWith('g_') ? shared : images;
    return store.has(value) ? store.get(value) : undefined;
  }

  function showText(shown: unknown, order: number): void {
    const { font, fontSize, direction, colour, clip } = state;
    // Letters that are written downwards begin beside the line; there are too few of them to follow it.
    if (!font || font.isVertical || !isList(shown)) return;
    const inPixels = multiply(state.matrix, state.textMatrix);
    const scale = state.scale * direction;
    const size = Math.hypot(inPixels[2], inPixels[3]) * fontSize;
    const isInvisibleHere = isInvisible(size);
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
        const width = units * Math.abs(scale) * Math.hypot(inPixels[0], inPixels[1]);
        const isUndrawn = isInvisibleHere || isClipped;
        put({ x, y, size, width, character: glyph.character, isUndrawn, colour, opacity, order }, glyph.isBlank);
      }
      advance += units + ((glyph.isSpace ? state.wordSpacing : 0) + state.charSpacing) * direction;
    }
    state.x += advance * scale;
  }

  function put(glyph: DrawnGlyph, isBlank: boolean): void {
    if (!Number.isFinite(glyph.x + glyph.y) || glyphCount >= maxGlyphs) return;
    glyphCount++;
    if (isBlank) {
      if (!glyph.isUndrawn) blanks.push(glyph);
      return;
    }
    const row = rows.get(rowOf(glyph.y));
    if (row) row.push(glyph);
    else rows.set(rowOf(glyph.y), [glyph]);
  }

  function isInvisible(sizePx: number): boolean {
    const paints = state.mode & paintModes.nothing;
    if (hiddenLayers > 0 || paints === paintModes.nothing || sizePx < smallestTypePx) return true;
    const fill = paints === paintModes.stroke ? 0 : state.fillOpacity;
    const stroke = paints === paintModes.fill ? 0 : state.strokeOpacity;
    return state.opacity * Math.max(fill, stroke) < leastOpacity;
  }

  function setFont(name: unknown, size: unknown): void {
    state.font = typeof name === 'string' && shared.has(name) ? fontFacts(shared.get(name)) : undefined;
    state.fontSize = Math.abs(numberOf(size));
    state.direction = numberOf(size) < 0 ? -1 : 1;
  }

  function setGraphicsState(entries: unknown): void {
    for (const entry of isList(entries) ? entries : []) {
      const [key, value] = isList(entry) ? entry : [];
      if (key === 'ca') state.fillOpacity = numberOf(value);
      else if (key === 'CA') state.strokeOpacity = numberOf(value);
      else if (key === 'Font' && isList(value)) setFont(value[0], value[1]);
    }
  }

  function beginGroup(): void {
    save();
    state.opacity *= state.fillOpacity;
    state.fillOpacity = 1;
    state.strokeOpacity = 1;
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

  function clipToPath(box: unknown): void {
    clipTo(boxOf(box));
    isClipPending = false;
  }

  /** By operation; the others leave text where it is and as it looks. */
  const carryOut: Readonly<Record<number, (values: readonly unknown[], order: number) => unknown>> = {
    [OPS.save]: save,
    [OPS.restore]: restore,
    [OPS.transform]: (values) => apply(matrixOf(values)),
    [OPS.beginGroup]: beginGroup,
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
    [OPS.constructPath]: (values) => isClipPending && clipToPath(values[2]),
    [OPS.setFillRGBColor]: ([colour]) => (state.colour = typeof colour === 'string' ? colour : undefined),
    [OPS.setFillColorN]: () => (state.colour = undefined),
    [OPS.setFillTransparent]: () => (state.colour = undefined),
    [OPS.setGState]: ([entries]) => setGraphicsState(entries),
    [OPS.paintImageXObject]: ([image], order) => paintPicture(order, isSeeThrough(imageOf(image))),
    [OPS.paintInlineImageXObject]: ([image], order) => paintPicture(order, isSeeThrough(imageOf(image))),
    [OPS.paintImageMaskXObject]: (_values, order) => paintPicture(order, true),
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
    [OPS.showText]: ([shown], order) => showText(shown, order),
  };

  return {
    see(index, { fnArray, argsArray }) {
      const follow = carryOut[fnArray[index] ?? 0];
      if (!follow) return;
      const values = argsArray[index];
      follow(isList(values) ? values : [], index);
    },
    content: () => ({ rows, blanks, glyphCount, hasNumberedLetters, pictures }),
  };
}
