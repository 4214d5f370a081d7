import type { Category } from '../../domain/category.ts';
import { roundConfidence } from '../../domain/classification.ts';
import type { Candidate, PageClassification } from '../page-classifier.ts';
import { labelProbabilities, type TokenLogprob } from './label-probabilities.ts';
import type { Option } from './option-codes.ts';

interface Answered {
  readonly category: Category;
  readonly spelledAs: 'code' | 'name';
  /** What was answered, and whether as the field of a JSON object or as bare text. */
  readonly option: string;
  readonly isObject: boolean;
  /** 0..1, as the model said of itself. */
  readonly confidence: number | undefined;
}

const maxCandidates = 5;
/** Said where nothing is known; the source `none` tells that it is not a measurement. */
const unknownConfidence = 0.5;

/** The confidence of an answer by the best means there is, and by which. */
export function measureConfidence(
  answer: Answered,
  tokens: readonly TokenLogprob[],
  options: readonly Option[],
): Pick<PageClassification, 'confidence' | 'confidenceSource' | 'candidates'> {
  const candidates = rank(answer, tokens, options);
  const own = candidates?.find(({ name }) => name === answer.category.name)?.confidence;
  if (candidates && own !== undefined) {
    return { confidence: own, confidenceSource: 'logprobs', candidates: shorten(candidates, answer.category.name) };
  }
  return {
    confidence: answer.confidence ?? unknownConfidence,
    confidenceSource: answer.confidence === undefined ? 'none' : 'stated',
    candidates: [{ name: answer.category.name, confidence: null }],
  };
}

interface MeasuredCandidate extends Candidate {
  readonly confidence: number;
}

function rank(
  answer: Answered,
  tokens: readonly TokenLogprob[],
  options: readonly Option[],
): MeasuredCandidate[] | undefined {
  const labelOf = (option: Option): string => (answer.spelledAs === 'code' ? option.code : option.category.name);
  const chosen = options.find((option) => option.category.name === answer.category.name);
  const bare = answer.isObject ? undefined : answer.option;
  const probabilities =
    chosen && labelProbabilities(tokens, { chosen: labelOf(chosen), all: options.map(labelOf), bare });
  if (!probabilities) return undefined;
  return options
    .flatMap((option) => {
      const confidence = probabilities.get(labelOf(option));
      if (confidence === undefined) return [];
      return [{ name: option.category.name, confidence: roundConfidence(Math.min(1, confidence)) }];
    })
    .toSorted((a, b) => b.confidence - a.confidence || (a.name < b.name ? -1 : 1));
}

/** The likeliest few; the answer is always among them, also when the model sampled an unlikely one. */
function shorten(candidates: readonly MeasuredCandidate[], answered: string): MeasuredCandidate[] {
  const own = candidates.findIndex(({ name }) => name === answered);
  return candidates.filter((_, index) => index < maxCandidates - (own >= maxCandidates ? 1 : 0) || index === own);
}
