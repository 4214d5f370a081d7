/**
 * The numbers by which the built-in classifier weighs evidence. Scores are in units of evidence: only their differences
 * count. `bench/fit-weights.ts` tries other values against a labelled corpus.
 */
export const builtInWeights = {
  /** The name of a kind as a title. */
  title: 6,
  /** The name of a kind in running text. */
  mention: 0.5,
  telltale: 0.8,
  hint: 0.2,
  /** Beyond these sums, more telltales or hints add little. */
  telltaleLimit: 5,
  hintLimit: 1.5,
  /** Factors of a word: a phrase of several words, or a long word, is seldom on a page by chance. */
  longPhrase: 1.3,
  shortPhrase: 0.8,
  /** A phrase counts this much wherever it stands, and more if it fills more of its line. */
  anywhere: 0.7,
  coverage: 0.4,
  /** Each doubling of a page beyond so many words makes each word count less, by this share. */
  wordsOfUsualPage: 250,
  perDoubling: 0.3,
  /** The shape of a page with fewer words than this counts less: a narrow page without words need not be a receipt. */
  wordsForShape: 12,
  /** Of the evidence of a page without any telling word: it may be of any kind, or in an unknown language. */
  shapeAlone: 0.12,

  /** How a line stands out: in any case, in large type, at the top of the page, in capitals. */
  lineAnywhere: 0.15,
  lineLarge: 0.5,
  lineAtTop: 0.25,
  lineInCapitals: 0.15,
  /** How much of that a phrase gets that is a small part of its line; the rest grows with its part. */
  partOfLine: 0.2,
  restOfLine: 0.8,

  /** The weight of a word of a category's own name or description; it grows with the word's prominence. */
  nameWord: 1.1,
  descriptionWord: 0.5,
  descriptionLimit: 2,
  ownWordAnywhere: 0.6,
  ownWordProminent: 1.6,
  /** "Invoice correction" is no plain invoice: a page without the second word fits it less. */
  missingQualifier: 1.4,
  /** Own words count less where the category's kind is known: the table of that kind knows more. */
  ownWordsOfKnownKind: 0.5,
  /** A narrower kind needs so much evidence from words of its own to take over its wider kind's, and leads by this. */
  narrowFrom: 1.5,
  narrowLead: 0.5,
  /** The usual evidence for the likeliest of categories that are all wrong (docs/built-in-classifier.md). */
  evidenceOfWrongCategory: 2.5,

  /** A page after the first counts less: it bears no title, and an annex may be of another kind. */
  laterPage: 0.6,
  /** A page is unsure where no category is likelier than this. */
  unsureBelow: 0.5,
  /** How much of the previous page counts for an unsure one (measured, docs/built-in-classifier.md). */
  previousPage: 0.5,
};

export type Weights = Readonly<typeof builtInWeights>;

/**
 * The weight of a word of a category's description as evidence for a kind: the kind's name, that name before all
 * others, a telltale, a hint. A description means the kinds that reach `enough` and come within `near` of the best:
 * "passport, identity card or driving licence" means three, each with this `sureness` (0 to 1).
 */
export const definitionWeights = {
  name: 2,
  first: 1,
  telltale: 1,
  hint: 0.3,
  enough: 2,
  near: 1,
  sureness: 0.8,
} as const;

/** Turns evidence into honest confidences; docs/accuracy.md says how the numbers were found. */
export interface Calibration {
  /** How many units of evidence make one category e times as likely as another. */
  readonly temperature: number;
  /** How often a document is not what all its words say, so that no confidence is higher than the rest: 0 to 1. */
  readonly surprise: number;
  /** How much more evidence the best kind that no category means needs to be as likely as a category. */
  readonly handicap: number;
}

/**
 * A little wider than what fits best: the rules were written with some of the documents in view that it is fitted to.
 */
export const builtInCalibration: Calibration = { temperature: 0.3, surprise: 0.02, handicap: 2 };

/** A part of the evidence. The bench takes each away in turn, to see what it is worth. */
export type Evidence = 'titles' | 'telltales and hints' | 'shape' | 'descriptions' | 'kinds';

/** How the bench departs from the classifier as it is. */
export interface ScoringOptions {
  readonly without?: Evidence | undefined;
  readonly weights?: Weights | undefined;
}
