import { z } from 'zod';
import { matchCategory, type Category } from '../../domain/category.ts';
import { ClassifierError } from '../../domain/errors.ts';
import type { Option } from './option-codes.ts';

/** What a model said, before anything is believed of it. */
export interface StatedAnswer {
  readonly option: string;
  readonly reason: string | undefined;
  /** 0..1, as the model said of itself. */
  readonly confidence: number | undefined;
}

const maxReasonLength = 500;
const maxRawLength = 200;

const answerSchema = z.object({
  option: z.coerce.string(),
  reason: z.string().optional().catch(undefined),
  confidence: z.coerce.number().min(0).max(100).optional().catch(undefined),
});

/**
 * Reads an answer: the JSON object asked for, also within a code fence or after other words, else the bare text.
 * Throws `model_output_invalid` for an object that breaks off.
 */
export function readAnswer(content: string): StatedAnswer {
  const text = content.replace(/<think>[\s\S]*?<\/think>/u, '').trim();
  const start = text.search(/\{\s*"option"/u);
  if (start < 0) return { option: text, reason: undefined, confidence: undefined };
  const end = text.lastIndexOf('}');
  const parsed = answerSchema.safeParse(parseJson(text.slice(start, end < start ? undefined : end + 1)));
  if (!parsed.success) throw new ClassifierError('model_output_invalid', "The model's answer is not valid JSON.");
  const { option, reason, confidence } = parsed.data;
  return {
    option,
    reason: reason?.slice(0, maxReasonLength).toWellFormed(),
    confidence: confidence === undefined ? undefined : confidence / 100,
  };
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
  const prefixed = /^([A-Za-z]{1,2}|\d{3})\s*[:.)-]/u.exec(trimmed)?.[1]?.toUpperCase();
  const byPrefix = options.find(({ code }) => code === prefixed);
  return byPrefix && { category: byPrefix.category, rawResult, spelledAs: 'code' };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
