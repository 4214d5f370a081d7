import type { Category } from '../../domain/category.ts';
import { roundConfidence } from '../../domain/classification.ts';
import type { Candidate, PageClassification } from '../page-classifier.ts';
import type { ChatAnswer } from './chat-completions.ts';
import { labelProbabilities, type TokenLogprob } from './label-probabilities.ts';
import type { Option } from './option-codes.ts';

interface Answered {
  readonly category: Category;
  readonly spelledAs: 'code' | 'name';
  /** The answer, and whether it was a field of a JSON object or bare text. */
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
  { tokens, knowledge }: Pick<ChatAnswer, 'tokens' | 'knowledge'>,
  options: readonly Option[],
): Pick<PageClassification, 'confidence' | 'confidenceSource' | 'candidates'> {
  const hasSchema = knowledge.capabilities.structuredOutput === 'json_schema';
  const candidates = rank(answer, tokens, options, hasSchema);
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
  hasSchema: boolean,
): MeasuredCandidate[] | undefined {
  const labelOf = (option: Option): string => (answer.spelledAs === 'code' ? option.code : option.category.name);
  const chosen = options.find((option) => option.category.name === answer.category.name);
  const label = chosen && labelOf(chosen);
  const probabilities =
    label !== undefined &&
    labelProbabilities(tokens, {
      chosen: label,
      all: options.map(labelOf),
      written: answer.option,
      isBare: !answer.isObject,
      isCaseExact: hasSchema && answer.option === label,
    });
  if (!probabilities) return undefined;
  return options
    .flatMap((option) => {
      const confidence = probabilities.get(labelOf(option));
      if (confidence === undefined) return [];
      return [{ name: option.category.name, confidence: roundConfidence(Math.min(1, confidence)) }];
    })
    .toSorted((a, b) => b.confidence - a.confidence || (a.name < b.name ? -1 : 1));
}

/** The answer first, also when the model sampled an unlikely one, and the likeliest others. */
function shorten(candidates: readonly MeasuredCandidate[], answered: string): MeasuredCandidate[] {
  const others = candidates.filter(({ name }) => name !== answered);
  return [...candidates.filter(({ name }) => name === answered), ...others].slice(0, maxCandidates);
}
