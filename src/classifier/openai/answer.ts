import { z } from 'zod';
import { matchCategory, type Category } from '../../domain/category.ts';
import type { Option } from './option-codes.ts';

/** What a model said, before anything is believed of it. */
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

/** Per cent, as asked for; a fraction of 1 can only be meant as one. */
const confidenceSchema = z
  .union([
    z.number(),
    z
      .string()
      .trim()
      .regex(/^\d+(\.\d+)?(\s*%)?$/u)
      .transform((text) => Number.parseFloat(text)),
  ])
  .pipe(z.number().min(0).max(100))
  .transform((value) => (value < 1 ? value : value / 100));

const answerSchema = z.object({
  option: z.union([z.string(), z.number().transform(String)]),
  reason: z.string().optional().catch(undefined),
  confidence: confidenceSchema.optional().catch(undefined),
});

/**
 * Reads an answer: the last JSON object of the kind asked for, also within a code fence or after other words, else the
 * bare text. Undefined for an object that breaks off.
 */
export function readAnswer(content: string): StatedAnswer | undefined {
  const text = withoutThoughts(content).trim();
  const start = Array.from(text.matchAll(/\{\s*"option"/gu)).at(-1)?.index;
  if (start === undefined) return { option: text, isObject: false, reason: undefined, confidence: undefined };
  const end = text.lastIndexOf('}');
  const parsed = answerSchema.safeParse(parseJson(text.slice(start, end < start ? undefined : end + 1)));
  if (!parsed.success) return undefined;
  const { option, reason, confidence } = parsed.data;
  return {
    option,
    isObject: true,
    reason: reason?.slice(0, maxReasonLength).toWellFormed(),
    confidence,
  };
}

/** What a model thought aloud before it answered. */
function withoutThoughts(content: string): string {
  const [start, end] = ['<think>', '</think>'];
  const from = content.indexOf(start);
  const to = from < 0 ? -1 : content.indexOf(end, from);
  return to < 0 ? content : content.slice(0, from) + content.slice(to + end.length);
}

/**
 * The category that an answer names and what is reported as `rawResult`: a code stands for its category's name; a
 * model that wrote the name itself is taken at its word where exactly one category is meant.
 */
export function resolveAnswer(
  option: string,
  options: readonly Option[],
): { readonly category: Category; readonly rawResult: string; readonly spelledAs: 'code' | 'name' } | undefined {
  const trimmed = option.trim();
  const byCode = options.find(({ code }) => code === trimmed.toUpperCase());
  if (byCode) return { category: byCode.category, rawResult: byCode.category.name, spelledAs: 'code' };
  const rawResult = option.slice(0, maxRawLength).toWellFormed();
  const category = matchCategory(
    option,
    options.map((each) => each.category),
  );
  if (category) return { category, rawResult, spelledAs: 'name' };
  const byPrefix = resolveListed(trimmed, options);
  return byPrefix && { category: byPrefix.category, rawResult, spelledAs: 'code' };
}

/** An option copied from the list, `B: invoice` or `B.`: the code counts where what follows it is nothing or its own category. */
function resolveListed(answer: string, options: readonly Option[]): Option | undefined {
  const [, code = '', rest = ''] = /^([A-Za-z]{1,2}|\d{3})\s*[:.)-]\s*(.*)$/su.exec(answer) ?? [];
  const option = options.find((each) => each.code === code.toUpperCase());
  if (!option) return undefined;
  const isOwn =
    rest === '' ||
    matchCategory(rest, [option.category]) ||
    rest.startsWith(JSON.stringify({ name: option.category.name }).slice(0, -1));
  return isOwn ? option : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
