import type { ClassifierError } from './errors.ts';
import { fieldError } from './field-error.ts';
import { inputLimits } from './workflow-input.ts';

/** Of one page's question. */
const maxQuestionBytes = inputLimits.maxCategoriesLength;
/** Of all questions of a run: they stand in its history, which Temporal ends at 50 MB. */
const maxQuestionsBytes = 30_000_000;
/** No worker renders more, whatever a caller asks for (`MAX_PAGES`). */
const mostPages = 1000;

/** What each page's question repeats, as it stands in the input of a run. */
export interface Question {
  readonly categories: unknown;
  readonly instructions?: unknown;
  readonly maxPages: number;
}

/** Says of a question that it is too large for the history of a run, naming the field and what to do. */
export function problemOfQuestionSize({ categories, instructions, maxPages }: Question): ClassifierError | undefined {
  const bytes = bytesOf(categories) + bytesOf(instructions);
  if (bytes > maxQuestionBytes) {
    const detail = `and instructions must have at most ${maxQuestionBytes} bytes as JSON in UTF-8; they have ${bytes}`;
    return fieldError('categories', detail);
  }
  const pages = Math.min(maxPages, mostPages);
  if (bytes * pages <= maxQuestionsBytes) return undefined;
  const fitting = Math.floor(maxQuestionsBytes / bytes);
  const detail = `and instructions of ${bytes} bytes fit into a run of at most ${fitting} pages; got ${maxPages} (pages.maxPages). Shorten them or ask for fewer pages.`;
  return fieldError('categories', detail);
}

/** The length of a value as JSON in UTF-8. It runs in workflows too, which have no Buffer. */
export function bytesOf(value: unknown): number {
  if (value === undefined || value === null) return 0;
  let bytes = 0;
  for (const character of JSON.stringify(value) ?? '') {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
