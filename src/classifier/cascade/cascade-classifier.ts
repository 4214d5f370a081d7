import type { Logger } from 'pino';
import { unknownCategory } from '../../domain/category.ts';
import type { PageClassificationRequest, PageClassification, PageClassifier } from '../page-classifier.ts';

export interface CascadeClassifierOptions {
  /** Asked about every page. */
  readonly first: PageClassifier;
  /** Asked where the first is not sure. */
  readonly second: PageClassifier;
  /** The confidence from which the first one's answer stands, 0 to 1. */
  readonly sureFrom: number;
  readonly logger: Logger;
}

/**
 * Asks the cheap classifier first, and the dear one only about the pages of which the first is unsure. Which of them
 * decided shows in the answer's `confidenceSource`; how many calls that saved stands in the log, page by page.
 */
export function createCascadeClassifier({ first, second, sureFrom, logger }: CascadeClassifierOptions): PageClassifier {
  let askedCalls = 0;
  let savedCalls = 0;
  return {
    name: 'cascade',
    model: `${first.model}, ${second.model}`,
    circuit: second.circuit,
    async classifyPage(request) {
      const answer = await first.classifyPage(request);
      const isSure = answer.confidence >= sureFrom && !isIgnorance(answer, request);
      if (isSure) savedCalls += 1;
      else askedCalls += 1;
      const decidedBy = isSure ? first.name : second.name;
      const { pageNumber } = request.page;
      logger.info({ pageNumber, decidedBy, modelCalls: askedCalls, modelCallsSaved: savedCalls }, 'cascade decided');
      return isSure ? { ...answer, usage: { inputTokens: 0, outputTokens: 0 } } : await second.classifyPage(request);
    },
  };
}

/**
 * Whether the first classifier found nothing: it says so of every page that it cannot read, so the second one decides,
 * however sure the first is.
 */
function isIgnorance(
  { classification }: PageClassification,
  { catchAll, mayBeUnknown }: PageClassificationRequest,
): boolean {
  return classification === catchAll || (mayBeUnknown === true && classification === unknownCategory);
}
