/** A token of the answer with the likeliest tokens at its place. Log-probabilities are natural logarithms. */
export interface TokenLogprob {
  readonly token: string;
  readonly logprob: number;
  readonly top_logprobs: readonly { readonly token: string; readonly logprob: number }[];
}

/**
 * The probability of each label, from the tokens of the answer's first field.
 *
 * Walks the tokens of the value. At each, every alternative is a beginning of some labels or of none; those of none
 * are put aside and the rest made to sum to 1. An alternative that still fits several labels shares its part among
 * them equally. Where labels remain that no alternative shown could begin, what is missing to 1 is kept for them: a
 * server that shows no alternatives thus gives the token's own probability. Returns undefined where the tokens do not
 * hold the label.
 */
export function labelProbabilities(
  tokens: readonly TokenLogprob[],
  chosen: string,
  labels: readonly string[],
): ReadonlyMap<string, number> | undefined {
  const position = findValue(tokens);
  if (!position) return undefined;
  const result = new Map<string, number>();
  let open: readonly string[] = labels;
  let pathMass = 1;
  let written = '';
  let { offset } = position;
  for (let index = position.index; index < tokens.length; index++) {
    const token = tokens[index];
    if (!token) return undefined;
    const step = readStep(token, offset, written, open);
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

function readStep(token: TokenLogprob, offset: number, written: string, open: readonly string[]): Step {
  const prefix = token.token.slice(0, offset);
  const chosenProbability = toProbability(token.logprob);
  const chosenFits = fitting(written + token.token.slice(offset), open);
  const others: (readonly [readonly string[], number])[] = [];
  const reached = new Set(chosenFits);
  let shown = chosenProbability;
  for (const alternative of token.top_logprobs) {
    if (alternative.token === token.token) continue;
    const probability = toProbability(alternative.logprob);
    shown += probability;
    if (!alternative.token.startsWith(prefix)) continue;
    const fits = fitting(written + alternative.token.slice(offset), open);
    if (fits.length === 0) continue;
    others.push([fits, probability]);
    for (const label of fits) reached.add(label);
  }
  const unseen = open.every((label) => reached.has(label)) ? 0 : Math.max(0, 1 - shown);
  const total = others.reduce((sum, [, probability]) => sum + probability, chosenProbability) + unseen;
  return { chosenFits, chosenProbability, others, total };
}

/** The labels that `beginning` can still become; the closing quote ends a label, so that a label is told from a longer one. */
function fitting(beginning: string, labels: readonly string[]): string[] {
  const written = beginning.trimStart().toLowerCase();
  return labels.filter((label) => {
    const ended = JSON.stringify(label).slice(1).toLowerCase();
    return ended.startsWith(written) || written.startsWith(ended);
  });
}

/** Where the value of the first field begins: which token, and how many of its characters belong to what precedes. */
function findValue(tokens: readonly TokenLogprob[]): { readonly index: number; readonly offset: number } | undefined {
  const text = tokens.map((token) => token.token).join('');
  const match = /\{\s*"option"\s*:\s*"/u.exec(text);
  if (!match) return undefined;
  let rest = match.index + match[0].length;
  for (const [index, { token }] of tokens.entries()) {
    if (rest < token.length) return { index, offset: rest };
    rest -= token.length;
  }
  return undefined;
}

function toProbability(logprob: number): number {
  return Math.min(1, Math.exp(logprob));
}
