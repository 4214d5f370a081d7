import type { OpenAiStandIn } from '../support/openai-stand-in/server.ts';
import type { Reply } from '../support/openai-stand-in/replies.ts';
import type { Question } from '../support/openai-stand-in/question.ts';

/** Settings that make a process of ours ask the stand-in. */
export function modelSettings(standIn: OpenAiStandIn): Readonly<Record<string, string>> {
  return { OPENAI_BASE_URL: standIn.baseUrl, OPENAI_API_KEY: standIn.apiKey, OPENAI_MODEL: 'stand-in' };
}

/** The same category for every page, at once. */
export const answerAtOnce = (): Reply => ({ kind: 'answer', label: 'invoice' });

/** The same, once `release` is called. */
export const answerWhenReleased = (): Reply => ({ kind: 'held', reply: answerAtOnce() });

/** Answers all that is held, and from now on at once. */
export function release(standIn: OpenAiStandIn): void {
  standIn.answerWith(answerAtOnce);
  standIn.release();
}

/** The questions about a page of a job that was submitted with `mark` as its instructions. */
export function questionsAbout(standIn: OpenAiStandIn, mark: string, pageNumber: number) {
  return standIn.requests.filter(({ question }) => question && isAbout(question, mark, pageNumber));
}

export function isAbout({ text }: Question, mark: string, pageNumber: number): boolean {
  return text.includes(mark) && text.includes(`Page ${pageNumber} of `);
}
