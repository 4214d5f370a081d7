/** The text of a line, and how sure the model is of its letters, 0..1. */
export interface RecognisedLine {
  readonly text: string;
  readonly confidence: number;
}

/**
 * Greedy CTC decoding of one line: the likeliest symbol at each step, repeats merged, blanks (symbol 0) dropped.
 * `scores` holds `steps` rows of `symbolCount` probabilities.
 */
export function decodeCtc(
  scores: Float32Array,
  steps: number,
  symbolCount: number,
  alphabet: readonly string[],
): RecognisedLine {
  let text = '';
  let sum = 0;
  let count = 0;
  let previous = 0;
  for (let step = 0; step < steps; step++) {
    const offset = step * symbolCount;
    let best = 0;
    let bestScore = scores[offset] ?? 0;
    for (let symbol = 1; symbol < symbolCount; symbol++) {
      const score = scores[offset + symbol] ?? 0;
      if (score > bestScore) {
        best = symbol;
        bestScore = score;
      }
    }
    if (best !== 0 && best !== previous) {
      text += alphabet[best - 1] ?? '';
      sum += bestScore;
      count++;
    }
    previous = best;
  }
  return { text, confidence: count === 0 ? 0 : sum / count };
}
