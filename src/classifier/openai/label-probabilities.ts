/** A token of the answer with the likeliest tokens at its place. Log-probabilities are natural logarithms. */
export interface TokenLogprob {
  readonly token: string;
  readonly logprob: number;
  readonly top_logprobs: readonly { readonly token: string; readonly logprob: number }[];
}

interface Labels {
  /** The one that was answered. */
  readonly chosen: string;
  readonly all: readonly string[];
  /** The answer letter by letter, if it is not the label itself. */
  readonly written?: string;
  /** Whether it was the whole answer, and no field of a JSON object. */
  readonly isBare?: boolean;
  /** A schema allowed the labels alone, so that a token of another case is none of them; llama.cpp shows those, too. */
  readonly isCaseExact?: boolean;
}

/**
 * The probability of each label, from the tokens of the answer's first field.
 *
 * Walks the tokens of the value. At each, every alternative is a beginning of some labels or of none; those of none are
 * put aside and the rest made to sum to 1. An alternative that still fits several labels shares its part among them
 * equally; one that fits all of them tells nothing and is put aside, too. Where labels remain that no alternative shown
 * could begin, what is missing to 1 is kept for them: a server that shows no alternatives thus gives the token's own
 * probability. Returns undefined where the tokens do not hold the label.
 */
export function labelProbabilities(
  tokens: readonly TokenLogprob[],
  { chosen, all, written: answered = chosen, isBare = false, isCaseExact = false }: Labels,
): ReadonlyMap<string, number> | undefined {
  const position = findValue(tokens, answered, isBare);
  if (!position) return undefined;
  const spelling: Spelling = {
    spell: isBare ? spellBare : spellInJson,
    fold: isCaseExact ? (text) => text : (text) => text.toLowerCase(),
  };
  const result = new Map<string, number>();
  let open: readonly string[] = all;
  let pathMass = 1;
  let written = '';
  let { offset } = position;
  for (let index = position.index; index < tokens.length; index++) {
    const token = tokens[index];
    if (!token) return undefined;
    const step = readStep(token, offset, (beginning) => fitting(written + beginning, open, spelling), open);
    if (step.chosenProbability <= 0 || !step.chosenFits.includes(chosen)) return undefined;
    for (const [labelsHit, probability] of step.others) {
      const share = (pathMass * probability) / step.total / labelsHit.length;
      for (const label of labelsHit) result.set(label, (result.get(label) ?? 0) + share);
    }
    pathMass *= step.chosenProbability / step.total;
    written += token.token.slice(offset);
    offset = 0;
    open = step.chosenFits;
    if (open.length === 1) return result.set(chosen, (result.get(chosen) ?? 0) + pathMass);
  }
  return undefined;
}

interface Step {
  readonly chosenFits: readonly string[];
  readonly chosenProbability: number;
  readonly others: readonly (readonly [readonly string[], number])[];
  /** What all that count at this place sum to. */
  readonly total: number;
}

function readStep(
  token: TokenLogprob,
  offset: number,
  fits: (beginning: string) => readonly string[],
  open: readonly string[],
): Step {
  const prefix = token.token.slice(0, offset);
  const chosenProbability = toProbability(token.logprob);
  const chosenFits = fits(token.token.slice(offset));
  const others: (readonly [readonly string[], number])[] = [];
  const reached = new Set(chosenFits);
  let shown = chosenProbability;
  for (const alternative of withoutFirst(token.top_logprobs, token.token)) {
    const probability = toProbability(alternative.logprob);
    shown += probability;
    if (!alternative.token.startsWith(prefix)) continue;
    const labels = fits(alternative.token.slice(offset));
    if (labels.length === 0 || labels.length === open.length) continue;
    others.push([labels, probability]);
    for (const label of labels) reached.add(label);
  }
  const unseen = open.every((label) => reached.has(label)) ? 0 : Math.max(0, 1 - shown);
  const total = others.reduce((sum, [, probability]) => sum + probability, chosenProbability) + unseen;
  return { chosenFits, chosenProbability, others, total };
}

/** The token itself stands among its alternatives; another of the same text is another token. */
function withoutFirst(alternatives: TokenLogprob['top_logprobs'], text: string): TokenLogprob['top_logprobs'] {
  const own = alternatives.findIndex(({ token }) => token === text);
  return own < 0 ? alternatives : alternatives.toSpliced(own, 1);
}

interface Spelling {
  /** How a label stands in the answer. */
  readonly spell: (label: string) => string;
  /** Normalises spellings that count as the same. */
  readonly fold: (text: string) => string;
}

/** The labels that `beginning` can still become. */
function fitting(beginning: string, labels: readonly string[], { spell, fold }: Spelling): string[] {
  const written = fold(beginning.trimStart());
  return labels.filter((label) => {
    const ended = fold(spell(label));
    return ended.startsWith(written) || written.startsWith(ended);
  });
}

/** The closing quote ends a label, which distinguishes it from a longer one. */
function spellInJson(label: string): string {
  return JSON.stringify(label).slice(1);
}

function spellBare(label: string): string {
  return label;
}

/**
 * Finds where the value begins: the token, and how many of its characters precede the value. Takes the last place that
 * fits, because a reasoning model's thoughts may contain drafts of the answer.
 */
function findValue(
  tokens: readonly TokenLogprob[],
  written: string,
  isBare: boolean,
): { readonly index: number; readonly offset: number } | undefined {
  const text = tokens.map((token) => token.token).join('');
  let rest = isBare ? startOfBare(text, written) : startOfField(text, written);
  if (rest < 0) return undefined;
  for (const [index, { token }] of tokens.entries()) {
    if (rest < token.length) return { index, offset: rest };
    rest -= token.length;
  }
  return undefined;
}

/** After the key, whose quotes and place in the object may be any. */
function startOfField(text: string, written: string): number {
  const escaped = JSON.stringify(written).slice(1, -1);
  const starts = Array.from(
    text.matchAll(/["'“]?option["'”]?\s*:\s*["'“]/giu),
    (match) => match.index + match[0].length,
  );
  return starts.findLast((start) => text.startsWith(escaped, start)) ?? -1;
}

function startOfBare(text: string, bare: string): number {
  const ended = text.trimEnd();
  return bare !== '' && ended.endsWith(bare) ? ended.length - bare.length : -1;
}

function toProbability(logprob: number): number {
  return Math.min(1, Math.exp(logprob));
}
