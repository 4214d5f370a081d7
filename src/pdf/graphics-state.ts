import { identity, isList, numberOf, type Bounds, type Matrix } from './matrix.ts';

/** The state that decides where and how text is drawn (ISO 32000-2 8.4.1 and 9.3.1). */
export interface GraphicsState {
  /** To pixels. */
  matrix: Matrix;
  /** The box around what drawing is clipped to, in pixels. */
  clip: Bounds;
  /** That box is all of the clip, rather than what is around it. */
  isClipBox: boolean;
  /** `#rrggbb`; undefined for a pattern. */
  colour: string | undefined;
  strokeColour: string | undefined;
  /** Mixed with what lies below, or shown in part: by its blend mode or a soft mask (ISO 32000-2 11.3.5 and 11.6.5). */
  isBlended: boolean;
  isMasked: boolean;
  /** The same two for the surrounding groups. */
  isGroupMixed: boolean;
  /** The drawing is a soft mask, which is invisible. */
  isMaskContent: boolean;
  fillOpacity: number;
  strokeOpacity: number;
  /** That of the groups around. */
  opacity: number;
  mode: number;
  font: FontFacts | undefined;
  fontSize: number;
  direction: 1 | -1;
  charSpacing: number;
  wordSpacing: number;
  scale: number;
  rise: number;
  leading: number;
  textMatrix: Matrix;
  x: number;
  y: number;
  lineX: number;
  lineY: number;
}

export function initialState(matrix: Matrix): GraphicsState {
  return {
    matrix,
    clip: [-Infinity, -Infinity, Infinity, Infinity],
    isClipBox: true,
    colour: '#000000',
    strokeColour: '#000000',
    isBlended: false,
    isMasked: false,
    isGroupMixed: false,
    isMaskContent: false,
    fillOpacity: 1,
    strokeOpacity: 1,
    opacity: 1,
    mode: 0,
    font: undefined,
    fontSize: 0,
    direction: 1,
    charSpacing: 0,
    wordSpacing: 0,
    scale: 1,
    rise: 0,
    leading: 0,
    textMatrix: identity,
    x: 0,
    y: 0,
    lineX: 0,
    lineY: 0,
  };
}

export interface FontFacts {
  readonly isVertical: boolean;
  /** From the units of a glyph's width to those of the font's size. */
  readonly unit: number;
  /** It has a file to draw from, and bears no mark of an embedded subset: that file may be a substitute. */
  readonly mayBeSubstitute: boolean;
  /** Its letters are drawings, which may have colours of their own (Type 3). */
  readonly hasColours: boolean;
}

const knownFonts = new WeakMap<object, FontFacts>();

/** Reads the facts of a font from pdfjs. */
export function fontFacts(font: unknown): FontFacts {
  const isObject = typeof font === 'object' && font !== null;
  const known = isObject ? knownFonts.get(font) : undefined;
  if (known) return known;
  const facts = readFacts(isObject ? font : {});
  if (isObject) knownFonts.set(font, facts);
  return facts;
}

function readFacts(known: object): FontFacts {
  const matrix = 'fontMatrix' in known && isList(known.fontMatrix) ? known.fontMatrix : [];
  const name = 'name' in known && typeof known.name === 'string' ? known.name : '';
  const isDrawn = 'missingFile' in known && known.missingFile === false;
  return {
    isVertical: 'vertical' in known && known.vertical === true,
    unit: numberOf(matrix[0] ?? 0.001),
    mayBeSubstitute: isDrawn && !name.includes('+'),
    hasColours: 'isType3Font' in known && known.isType3Font === true,
  };
}

export interface GlyphFacts {
  readonly character: string;
  readonly width: number;
  readonly isSpace: boolean;
  /** It says nothing of itself. */
  readonly isBlank: boolean;
  /** Its code is the number of a letter in some file, rather than one of an encoding for Latin letters. */
  readonly isNumbered: boolean;
}

/** pdfjs has one object for a letter of a font, and shows it again and again. */
const knownGlyphs = new WeakMap<object, GlyphFacts>();

/** Reads the facts of a glyph from pdfjs; undefined for anything else. */
export function glyphFacts(glyph: unknown): GlyphFacts | undefined {
  if (typeof glyph !== 'object' || glyph === null) return undefined;
  const known = knownGlyphs.get(glyph);
  if (known) return known;
  if (!('unicode' in glyph && 'width' in glyph)) return undefined;
  const character = typeof glyph.unicode === 'string' ? glyph.unicode : '';
  const code = 'originalCharCode' in glyph ? numberOf(glyph.originalCharCode) : 0;
  const facts = {
    character,
    width: numberOf(glyph.width),
    isSpace: 'isSpace' in glyph && glyph.isSpace === true,
    isBlank: isBlank(character),
    isNumbered: code > 255 || (/^[a-z]$/i.test(character) && character.charCodeAt(0) !== code),
  };
  knownGlyphs.set(glyph, facts);
  return facts;
}

/** Control characters, the replacement character and those of private use say nothing. */
function isBlank(character: string): boolean {
  return /^[\s\p{C}\uFFFD]*$/u.test(character);
}

/** Begins to write at the origin of `textMatrix`. */
export function startText(state: GraphicsState, textMatrix: Matrix): void {
  state.textMatrix = textMatrix;
  state.lineX = 0;
  state.lineY = 0;
  moveText(state, 0, 0);
}

/** Begins a line, so far from where the last one began. */
export function moveText(state: GraphicsState, x: number, y: number): void {
  state.lineX += x;
  state.lineY += y;
  state.x = state.lineX;
  state.y = state.lineY;
}
