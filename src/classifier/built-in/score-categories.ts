import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Category } from '../../domain/category.ts';
import type { PlacedText } from '../../domain/page.ts';
import { findCues, type Cues, type PageSize } from './cues.ts';
import { kindById, scoreKind, type KindScore, type Reason } from './kind-index.ts';
import { toPageLines } from './page-lines.ts';
import { createPhraseFinder, newPhrase, type Phrase, type PhraseFinder } from './phrases.ts';
import { isUnspaced } from './tokenize.ts';
import { kindsBeyond, understandCategories, type UnderstoodCategory } from './understand-category.ts';
import { builtInWeights, type ScoringOptions, type Weights } from './weights.ts';

export interface CategoryScore {
  readonly category: Category;
  /** In units of evidence: differences between scores are what counts. */
  readonly score: number;
  /** The words that decided, most telling first. */
  readonly reasons: readonly Reason[];
  /** The score is the evidence for none of the categories, rather than for this one. */
  readonly isOfNone?: boolean;
}

/** A page's evidence for the categories, and for none of them. */
export interface PageScores {
  readonly categories: readonly CategoryScore[];
  /** Its strongest evidence for a kind that no category means; absent if a category stands for all of these. */
  readonly beyond?: number;
}

/** Scores every category against a page, with pauses. The result does not depend on the order of the categories. */
export async function scoreCategories(
  page: PlacedText,
  size: PageSize | undefined,
  categories: readonly Category[],
  options: ScoringOptions = {},
): Promise<PageScores> {
  const { without, weights = builtInWeights } = options;
  const pause = createPause();
  const lines = toPageLines(page);
  const finder = createPhraseFinder(lines, weights);
  const cues: Cues = new Map(Object.entries(findCues(lines, page, size)));
  const wordCount = lines.reduce((sum, line) => sum + line.stems.length, 0);
  const understood = await understandCategories(categories, pause);
  const rarity = rarityOf(understood);
  const meant = new Set(understood.flatMap(({ kinds }) => [...kinds.keys()]));
  const kindScores = new Map<string, KindScore>();

  function kindScore(id: string): KindScore {
    const known = kindScores.get(id);
    if (known) return known;
    const kind = kindById(id);
    const score = kind ? scoreKind(kind, finder, cues, wordCount, options) : { score: 0, words: 0, reasons: [] };
    kindScores.set(id, score);
    return score;
  }

  const beyond = without === 'kinds' ? 0 : Math.max(0, ...kindsBeyond(understood).map(({ id }) => kindScore(id).score));

  const ofNone = Math.max(weights.evidenceOfWrongCategory, beyond);

  function scoreOf(item: UnderstoodCategory): CategoryScore {
    const own = scoreOwnWords(without === 'descriptions' ? { ...item, descriptionStems: [] } : item, {
      finder,
      rarity,
      weights,
    });
    const best = without === 'kinds' ? undefined : bestKind(item, (id) => withWider(id, meant, kindScore, weights));
    const ownShare = best ? weights.ownWordsOfKnownKind : 1;
    const fit =
      (best?.score ?? 0) + own.score * ownShare - own.missing * weights.missingQualifier * Math.min(1, wordCount);
    return {
      category: item.category,
      ...(item.isRest && fit < ofNone ? { score: ofNone, isOfNone: true } : { score: fit }),
      reasons: [...(best?.reasons ?? []), ...own.reasons].toSorted((a, b) => b.weight - a.weight),
    };
  }

  const scores: CategoryScore[] = [];
  for (const item of understood) {
    scores.push(scoreOf(item));
    await pause();
  }
  const isSpeaking = scores.some(({ reasons }) => reasons.length > 0);
  const share = isSpeaking ? 1 : weights.shapeAlone;
  const categoryScores = scores.map((each) => ({ ...each, score: each.score * share }));
  return understood.some(({ isRest }) => isRest)
    ? { categories: categoryScores }
    : { categories: categoryScores, beyond: beyond * share };
}

/**
 * Evidence for a broad kind also counts for its narrower kind, if another category means the broad one and the page has
 * evidence of the narrow one's own: an insurance claim on a form is still a claim.
 */
function withWider(
  id: string,
  meant: ReadonlySet<string>,
  kindScore: (id: string) => KindScore,
  { narrowFrom, narrowLead }: Weights,
): KindScore {
  const own = kindScore(id);
  const wider = (kindById(id)?.within ?? []).filter((other) => meant.has(other)).map((other) => kindScore(other).score);
  const sureness = Math.min(1, Math.max(0, (own.words - narrowFrom) / narrowFrom));
  return {
    ...own,
    score: own.score + sureness * (narrowLead + Math.max(0, ...wider.map((score) => score - own.score))),
  };
}

function bestKind(item: UnderstoodCategory, kindScore: (id: string) => KindScore): KindScore | undefined {
  let best: KindScore | undefined;
  for (const [id, sureness] of item.kinds) {
    const { score, reasons } = kindScore(id);
    const weighted = score > 0 ? score * sureness : score;
    if (!best || weighted > best.score) best = { ...kindScore(id), score: weighted, reasons };
  }
  return best;
}

/** 1 for a word of only one category, 0 for a word that all have. */
function rarityOf(items: readonly UnderstoodCategory[]): (word: string) => number {
  const counts = new Map<string, number>();
  for (const { nameStems, descriptionStems } of items) {
    for (const word of [...nameStems, ...descriptionStems]) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const total = items.length;
  return (word) => (total < 2 ? 1 : 1 - Math.log(counts.get(word) ?? 1) / Math.log(total));
}

function scoreOwnWords(
  { nameStems, descriptionStems, qualifiers }: UnderstoodCategory,
  { finder, rarity, weights }: { finder: PhraseFinder; rarity: (word: string) => number; weights: Weights },
): { score: number; missing: number; reasons: Reason[] } {
  const reasons: Reason[] = [];
  const value = (word: string, weight: number): number => {
    const hit = finder.find(wordPhrase(word));
    if (!hit) return 0;
    const worth = weight * rarity(word) * (weights.ownWordAnywhere + weights.ownWordProminent * hit.prominence);
    if (worth > 0) reasons.push({ text: word, weight: worth });
    return worth;
  };
  const name =
    nameStems.reduce((sum, word) => sum + value(word, weights.nameWord), 0) / Math.sqrt(Math.max(1, nameStems.length));
  const description = descriptionStems.reduce((sum, word) => sum + value(word, weights.descriptionWord), 0);
  const missing = qualifiers.filter((word) => !finder.find(wordPhrase(word))).length / Math.max(1, qualifiers.length);
  return {
    score: name + weights.descriptionLimit * (1 - Math.exp(-description / weights.descriptionLimit)),
    missing,
    reasons,
  };
}

function wordPhrase(word: string): Phrase {
  return newPhrase(word, [word], isUnspaced(word) ? word : '');
}

/** How long a computation may hold the event loop. Requests and heartbeats of the same process wait as long. */
const longestHoldMs = 10;

/** Creates a pause to await between the pieces of a long computation, so that other work gets its turn. */
function createPause(): () => Promise<void> {
  let heldSince = performance.now();
  return async () => {
    if (performance.now() - heldSince < longestHoldMs) return;
    await nextTurn();
    heldSince = performance.now();
  };
}
