import { unknownCategory, type Category } from '../domain/category.ts';
import type { PageText } from '../domain/page.ts';
import type { Circuit } from '../waiting/circuit.ts';

/** One page as a classifier sees it. Loading is lazy: a classifier that needs no image fetches none. */
export interface ClassifiablePage {
  readonly pageNumber: number;
  /** Pages in the whole document. */
  readonly pageCount: number;
  /** The page image's size, where it is known: a receipt is narrow, a slide is wide. */
  readonly widthPx?: number;
  readonly heightPx?: number;
  /** The page's text layer; empty text for a scan. */
  text(): Promise<PageText>;
  /**
   * The page image, JPEG; undefined for a page of a text, which has none. A page of ordinary proportions is at most
   * 1536 px long.
   */
  image(): Promise<Uint8Array | undefined>;
  /** The pieces of a very long or wide page side by side, with some overlap, as one JPEG of ordinary proportions. */
  readonly sheet?: { image(): Promise<Uint8Array>; readonly isWhole: boolean };
  /**
   * Pages before this one that tell what it may belong to: the first and the previous one, where their text is at hand.
   */
  neighbours?(): Promise<readonly NeighbouringPage[]>;
}

export interface NeighbouringPage {
  readonly pageNumber: number;
  /** Its text layer; not empty. */
  readonly text: PageText;
}

export interface PageClassificationRequest {
  readonly page: ClassifiablePage;
  /** 1 to 200, names unique. */
  readonly categories: readonly Category[];
  readonly instructions?: string;
  /** A page that fits no category well is `unknown` (unless a category is called that, which then is the answer). */
  readonly mayBeUnknown?: boolean;
  /** The name of the category for what fits none of the others. */
  readonly catchAll?: string;
  /** Same seed, same order of categories in a prompt: a retry asks the same question. */
  readonly seed: string;
  readonly signal: AbortSignal;
  /**
   * Goes around whatever meets the page's content, and nothing that waits for another machine. Default: just does it.
   */
  readonly reading?: <R>(read: () => Promise<R>) => Promise<R>;
}

const noneOfTheOthers = 'None of the other options fits this page';

/**
 * The categories to choose from, with the one for what fits none of them where that is asked for, and said to be that.
 */
export function withUnknown({
  categories,
  mayBeUnknown,
  catchAll,
}: Pick<PageClassificationRequest, 'categories' | 'mayBeUnknown' | 'catchAll'>): readonly Category[] {
  const described = categories.map((category) =>
    category.name === catchAll ? { description: noneOfTheOthers, ...category } : category,
  );
  if (mayBeUnknown !== true || categories.some(({ name }) => name === unknownCategory)) return described;
  return [...described, { name: unknownCategory, description: noneOfTheOthers }];
}

/**
 * The source of a confidence. `stated`: the endpoint gives no probabilities, and `confidence` is the model's own word.
 * `none`: the model gave none either, and `confidence` is 0.5 and means nothing.
 */
export type ConfidenceSource = 'logprobs' | 'stated' | 'none' | 'word-scores';

export interface Candidate {
  readonly name: string;
  /** Probability over the caller's categories, 0..1; null where none can be had. */
  readonly confidence: number | null;
}

export interface PageClassification {
  /** Always one of the request's categories, as given; or `unknown`, where it may be. */
  readonly classification: string;
  /** The classifier's answer before it was normalised to a category's name. */
  readonly rawResult: string;
  /** 0..1. */
  readonly confidence: number;
  readonly confidenceSource: ConfidenceSource;
  /** Most likely first; at most 5. */
  readonly candidates: readonly Candidate[];
  /** Notes for the reader of the result. Never page content. */
  readonly warnings?: readonly string[];
  /** Why, in one sentence. Never stored in a history. */
  readonly reasoning?: string;
  readonly usage?: { readonly inputTokens: number; readonly outputTokens: number };
}

/**
 * Tells which category a page belongs to. Throws ClassifierError: `model_*` codes as the table says,
 * `cancelled` when the signal aborts. The same contract tests run against every implementation.
 */
export interface PageClassifier {
  /** Stands in results, logs and the search attribute `Classifier`. */
  readonly name: string;
  readonly model: string;
  /** For a classifier that calls a server: whether that can be used. */
  readonly circuit?: Circuit | undefined;
  classifyPage(request: PageClassificationRequest): Promise<PageClassification>;
}
