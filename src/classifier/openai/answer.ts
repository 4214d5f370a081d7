import { matchCategory, type Category } from '../../domain/category.ts';
import { findAnswerObject } from './answer-objects.ts';
import type { Option } from './option-codes.ts';
import { readStatedConfidence } from './stated-confidence.ts';

/** A model's answer before validation. */
export interface StatedAnswer {
  readonly option: string;
  /** Whether it was the JSON object asked for, and not bare text. */
  readonly isObject: boolean;
  readonly reason: string | undefined;
  /** 0..1, as the model said of itself. */
  readonly confidence: number | undefined;
}

const maxReasonLength = 500;
const maxRawLength = 200;

/**
 * Reads an answer: the JSON object asked for, wherever it stands, else the bare text. Undefined where it is ambiguous:
 * a page may have been written to be taken for an answer.
 */
export function readAnswer(content: string): StatedAnswer | undefined {
  const text = withoutThoughts(content).trim();
  const found = findAnswerObject(text);
  if (found === 'ambiguous') return undefined;
  if (found === 'none') return { option: text, isObject: false, reason: undefined, confidence: undefined };
  const { reason, confidence } = found.members;
  return {
    option: found.option,
    isObject: true,
    reason: typeof reason === 'string' ? reason.slice(0, maxReasonLength).toWellFormed() : undefined,
    confidence: readStatedConfidence(confidence),
  };
}

/** Whether the object has ended, though the model went on, with blanks mostly, until its tokens were used up. */
export function isWhole(content: string): boolean {
  return /\}(?:\s|`)*$/u.test(content) && readAnswer(content)?.isObject === true;
}

const thoughtTags = ['think', 'thinking', 'thought', 'reasoning'] as const;

/**
 * Removes the thoughts at the beginning. If a template begins them in the question, only the closing tag is left; one
 * inside the answer's JSON was quoted from a page.
 */
function withoutThoughts(content: string): string {
  for (const tag of thoughtTags) {
    const end = content.indexOf(`</${tag}>`);
    const isOpened = content.trimStart().startsWith(`<${tag}>`);
    if (end >= 0 && (isOpened || !content.trimStart().startsWith('{'))) return content.slice(end + tag.length + 3);
    if (isOpened) return '';
  }
  return content;
}

/**
 * Resolves an answer to its category and its `rawResult`. A code stands for its category; a name counts if it means
 * exactly one category.
 */
export function resolveAnswer(
  option: string,
  options: readonly Option[],
): { readonly category: Category; readonly rawResult: string; readonly spelledAs: 'code' | 'name' } | undefined {
  const rawResult = option.slice(0, maxRawLength).toWellFormed();
  for (const spelled of spellings(option)) {
    const byCode = options.find(({ code }) => code === spelled.toUpperCase());
    // As in the prompt; the result shows the category's name.
    if (byCode)
      return {
        category: byCode.category,
        rawResult: isCode(option) ? byCode.category.name : rawResult,
        spelledAs: 'code',
      };
    const category = matchCategory(
      spelled,
      options.map((each) => each.category),
    );
    if (category) return { category, rawResult, spelledAs: 'name' };
    const listed = resolveListed(spelled, options);
    if (listed) return { category: listed.category, rawResult, spelledAs: 'code' };
  }
  const concluded = concludedOption(option.trim(), options);
  return concluded && { category: concluded.category, rawResult: concluded.category.name, spelledAs: 'code' };
}

/** A code as such: letters or digits and nothing else. */
function isCode(option: string): boolean {
  return /^\s*[A-Za-z\d]+\s*$/u.test(option);
}

const opening = new Set(' \n\t"\'`*_([<“‘');
const closing = new Set(' \n\t"\'`*_)]>”’.,;:!');
const introduction = /^(?:the )?(?:final )?(?:answer|option|code|category|choice|label)(?: is)?[ :=-]+/iu;

/** An answer as it stands; without what writers put around it; and without a word that says what it is. */
function spellings(answer: string): readonly string[] {
  const trimmed = withoutMarkup(answer.normalize('NFKC').trim());
  if (trimmed.length > maxRawLength) return [trimmed];
  const bare = unwrap(trimmed);
  const named = unwrap(bare.replace(introduction, ''));
  return [...new Set([trimmed, bare, named])].filter((spelled) => spelled !== '');
}

const wrappers = [
  /^```[a-z]{0,10}\n([^`]{1,2000})\n```$/u,
  /^<(?:option|answer|code)>([^<]{1,200})<\/(?:option|answer|code)>$/iu,
  /^\$?\\boxed\{(?:\\text\{)?([^{}]{1,200})\}{1,2}\$?\.?$/u,
];
const optionLine = /^[ \t*]{0,8}option[ \t*]{0,4}[:=][ \t]{0,4}(\S.{0,199})$/gimu;

/** The answer within a fence, a tag or LaTeX's box, or on the only line that begins with `option:`. */
function withoutMarkup(answer: string): string {
  const inside = wrappers.reduce((text, wrapper) => wrapper.exec(text)?.[1]?.trim() ?? text, answer);
  const lines = inside.length <= maxProseLength ? Array.from(inside.matchAll(optionLine), ([, value]) => value) : [];
  return lines.length === 1 && lines[0] !== undefined ? lines[0].trim() : inside;
}

const maxProseLength = 2000;
const doubt = /\b(?:not|no|cannot|can't|unsure|unclear|or|neither|either|says|reads|states)\b/iu;

/** The option at the end of plain sentences, `Answer: A`, if they name no other option and express no doubt. */
function concludedOption(text: string, options: readonly Option[]): Option | undefined {
  const end = text.length <= maxProseLength ? /\banswer: {0,3}(\S{1,8})$/iu.exec(text) : null;
  if (!end?.[1]) return undefined;
  const code = unwrap(end[1]).toUpperCase();
  const before = text.slice(0, end.index).trimEnd();
  if (!/[.!?]$/u.test(before) || doubt.test(before)) return undefined;
  const words = new Set(before.split(/[^A-Za-z\d]/u));
  const isNamed = ({ code: other, category }: Option): boolean =>
    words.has(other) || before.toLowerCase().includes(category.name.toLowerCase());
  return options.some((each) => each.code !== code && isNamed(each))
    ? undefined
    : options.find((each) => each.code === code);
}

/** Without the marks at both ends, in one pass. */
function unwrap(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && opening.has(text.charAt(start))) start += 1;
  while (end > start && closing.has(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

/**
 * An option copied from the list, `B: invoice` or `B.`: the code counts where what follows it is nothing or its own
 * category.
 */
function resolveListed(answer: string, options: readonly Option[]): Option | undefined {
  const [, code = '', rest = ''] = /^([A-Za-z]{1,2}|\d{3})\s*[:.)(-]\s*(.*)$/su.exec(answer) ?? [];
  const option = options.find((each) => each.code === code.toUpperCase());
  if (!option) return undefined;
  const isOwn =
    rest === '' ||
    matchCategory(rest, [option.category]) ||
    rest.startsWith(JSON.stringify({ name: option.category.name }).slice(0, -1));
  return isOwn ? option : undefined;
}
