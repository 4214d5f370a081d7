import type { GraphicsState } from './graphics-state.ts';
import { numberOf } from './matrix.ts';

const leastOpacity = 0.05;
/** The opacity of a picture that covers what lies below. */
const coveringOpacity = 0.9;

/** ISO 32000-2 9.3.6: the lowest two bits say fill, stroke, both or nothing. */
const paintModes = { fill: 0, stroke: 1, nothing: 3 } as const;

/** Whether letters are painted as the state is; where, is another question. */
export function paintsText({ mode, opacity, fillOpacity, strokeOpacity, isMaskContent }: GraphicsState): boolean {
  const paints = mode & paintModes.nothing;
  if (isMaskContent || paints === paintModes.nothing) return false;
  const fill = paints === paintModes.stroke ? 0 : fillOpacity;
  const stroke = paints === paintModes.fill ? 0 : strokeOpacity;
  return opacity * Math.max(fill, stroke) >= leastOpacity;
}

/** The colour that letters are written with, where it is one and nothing else has a part in it. */
export function inkOf(state: GraphicsState): string | undefined {
  const { mode, font, colour, strokeColour } = state;
  if (font?.hasColours === true || isMixed(state)) return undefined;
  const paints = mode & paintModes.nothing;
  if (paints === paintModes.fill) return colour;
  return paints === paintModes.stroke || strokeColour === colour ? strokeColour : undefined;
}

/** Whether what is filled is as good as opaque. */
export function isOpaque({ isMaskContent, opacity, fillOpacity }: GraphicsState): boolean {
  return !isMaskContent && opacity * fillOpacity >= coveringOpacity;
}

/** Whether what is drawn mixes with what lies below, or shows in part. */
export function isMixed({ isBlended, isMasked, isGroupMixed }: GraphicsState): boolean {
  return isBlended || isMasked || isGroupMixed;
}

/**
 * Takes over an entry of a graphics state (ISO 32000-2 8.4.5) as pdfjs hands it over; ignores those that leave text as
 * it looks.
 */
export function setPaint(state: GraphicsState, key: unknown, value: unknown): void {
  if (key === 'ca') state.fillOpacity = numberOf(value);
  else if (key === 'CA') state.strokeOpacity = numberOf(value);
  else if (key === 'BM') state.isBlended = value !== 'source-over';
  else if (key === 'SMask') state.isMasked = value === true;
}

/** Begins a transparency group, whose content starts afresh and is then drawn as one. */
export function enterGroup(state: GraphicsState, group: unknown): void {
  state.opacity *= state.fillOpacity;
  state.fillOpacity = 1;
  state.strokeOpacity = 1;
  state.isGroupMixed = isMixed(state);
  state.isBlended = false;
  state.isMasked = false;
  const isMask = typeof group === 'object' && group !== null && 'smask' in group && Boolean(group.smask);
  state.isMaskContent ||= isMask;
}
