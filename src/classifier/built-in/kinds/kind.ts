import type { CueName } from '../cues.ts';

/** Phrases by language, separated by commas. The language is for the reader; all are looked for on every page. */
export type Phrases = Readonly<Record<string, string>>;

/** A common kind of document: what it is called, what stands on it, what it looks like. */
export interface Kind {
  readonly id: string;
  /** Wider kinds that include this one: a passport is an identity document. */
  readonly within?: readonly string[];
  /** What people call it, the most usual first; also the title that it bears. */
  readonly names: Phrases;
  /** Titles that it bears, but that mean something else as a category: "order" for a court's order. */
  readonly titles?: Phrases;
  /** What callers call it but no page does ("supporting identity file"). */
  readonly alsoCalled?: Phrases;
  /** Words that stand on hardly any other kind. */
  readonly telltales: Phrases;
  /** Words that stand on this kind more often than on others. */
  readonly hints?: Phrases;
  /** What its shape adds or takes away. */
  readonly cues?: Readonly<Partial<Record<CueName, number>>>;
}
