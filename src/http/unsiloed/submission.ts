import { z } from 'zod';
import { parseCategories, type Category } from '../../domain/category.ts';
import { countCharacters, countOf } from '../../domain/text.ts';
import { fieldError } from '../../domain/field-error.ts';
import { parsePageRanges, type PageSelection } from '../../domain/page-selection.ts';
import { inputLimits } from '../../domain/workflow-input.ts';
import { countJsonValues, isTooDeep, maxJsonDepth, tooManyValues } from '../shared/json-shape.ts';

export const maxMetadataLength = 10_240;

export interface PageLimits {
  readonly defaultPages: number;
  readonly maxPages: number;
}

export interface SubmissionLimits extends PageLimits {
  /** Longest patience that a request may ask for. */
  readonly patienceSeconds: number;
  /** Most names and values in the JSON of one field. */
  readonly maxJsonValues: number;
}

/** The text fields of `POST /classify` beside the document, checked. */
export interface Submission {
  readonly categories: readonly Category[];
  readonly selection: PageSelection;
  readonly instructions?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly unknown?: 'allow';
  readonly patienceSeconds?: number;
}

/** Reads the text fields of a submission, as `readFormFields` gives them. Throws 400s that name the field. */
export function parseSubmission(fields: Readonly<Record<string, unknown>>, limits: SubmissionLimits): Submission {
  const instructions = textField(fields, 'instructions');
  if (instructions !== undefined) refuseLonger('instructions', instructions, inputLimits.maxInstructionsLength);
  const metadata = metadataOf(fields);
  return {
    categories: categoriesOf(fields, limits.maxJsonValues),
    selection: selectionOf(fields, limits),
    ...unknownOf(textField(fields, 'unknown')),
    ...patienceOf(textField(fields, 'patience_seconds'), limits),
    ...(metadata && { metadata }),
    ...(instructions !== undefined && { instructions }),
  };
}

/** Whether a document that fits no category well may be `unknown`. */
function unknownOf(value: string | undefined): Pick<Submission, 'unknown'> {
  if (value === undefined) return {};
  if (value.trim() !== 'allow') throw fieldError('unknown', 'must be "allow" or left out');
  return { unknown: 'allow' };
}

/** How long the job waits for what only the operator can mend. */
function patienceOf(
  value: string | undefined,
  { patienceSeconds: max }: SubmissionLimits,
): Pick<Submission, 'patienceSeconds'> {
  if (value === undefined) return {};
  const patienceSeconds = /^\s*\d{1,9}\s*$/.test(value) ? Number(value) : Number.POSITIVE_INFINITY;
  if (patienceSeconds > max) {
    throw fieldError('patience_seconds', `must be a whole number from 0 to ${max}; got "${value.slice(0, 40)}"`);
  }
  return { patienceSeconds };
}

/** A JSON object of the caller's own. */
function metadataOf(fields: Readonly<Record<string, unknown>>): Record<string, unknown> | undefined {
  const given = fields['metadata'];
  const value = isRecord(given) ? JSON.stringify(given) : textField(fields, 'metadata');
  if (value === undefined) return undefined;
  refuseLonger('metadata', value, maxMetadataLength);
  const json = tryJson(value);
  if (isTooDeep(json)) throw fieldError('metadata', `must not be nested more deeply than ${maxJsonDepth} levels`);
  const parsed = z.record(z.string(), z.unknown()).safeParse(json);
  if (!parsed.success) throw fieldError('metadata', 'must be a JSON object');
  return parsed.data;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuseLonger(field: string, value: string, maxLength: number): void {
  const length = countCharacters(value);
  if (length > maxLength) throw fieldError(field, `must have at most ${maxLength} characters; got ${length}`);
}

function tryJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

/** `categories`, or `conditions` as the oldest clients say: a JSON string. */
function categoriesOf(fields: Readonly<Record<string, unknown>>, maxJsonValues: number): Category[] {
  const field = fields['categories'] === undefined && fields['conditions'] !== undefined ? 'conditions' : 'categories';
  const list = fields[field];
  if (Array.isArray(list)) return parseCategories(list, field);
  const value = textField(fields, field);
  if (value === undefined) {
    const detail = 'is required: a JSON array of names or of {"name", "description"} objects';
    throw fieldError('categories', detail, { code: 'invalid_categories' });
  }
  if (countJsonValues(Buffer.from(value)) > maxJsonValues) {
    throw fieldError(field, tooManyValues(maxJsonValues), { code: 'invalid_categories' });
  }
  return parseCategories(parseJson(value, field), field);
}

function parseJson(value: string, field: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    const detail = `must be a JSON array, such as [{"name": "invoice"}]; got text of ${countOf(countCharacters(value), 'character')}, which is not valid JSON`;
    throw fieldError(field, detail, { code: 'invalid_categories' });
  }
}

function selectionOf(fields: Readonly<Record<string, unknown>>, limits: PageLimits): PageSelection {
  const pages = textField(fields, 'pages');
  const maxPages = maxPagesOf(textField(fields, 'max_pages'), limits);
  if (pages === undefined) return { ranges: [], maxPages: maxPages ?? limits.defaultPages };
  return { ranges: closedRanges(pages, limits), maxPages: maxPages ?? limits.maxPages };
}

/** Ranges that alone name more pages than the operator allows are refused; an open one is cut by `maxPages`. */
export function closedRanges(pages: string, { maxPages }: PageLimits): PageSelection['ranges'] {
  const ranges = parsePageRanges(pages);
  const numbers = new Set<number>();
  for (const { first, last } of ranges) {
    if (last === undefined) continue;
    if (last - first >= maxPages)
      throw fieldError('pages', `must name at most ${countOf(maxPages, 'page')}; got ${last - first + 1}`);
    for (let page = first; page <= last; page++) numbers.add(page);
  }
  if (numbers.size > maxPages)
    throw fieldError('pages', `must name at most ${countOf(maxPages, 'page')}; got ${numbers.size}`);
  return ranges;
}

function maxPagesOf(value: string | undefined, { maxPages }: PageLimits): number | undefined {
  if (value === undefined) return undefined;
  const count = /^\d{1,9}$/.test(value.trim()) ? Number(value) : 0;
  if (count < 1 || count > maxPages) {
    throw fieldError('max_pages', `must be a whole number from 1 to ${maxPages}; got "${value.slice(0, 40)}"`);
  }
  return count;
}

/** Blank counts as absent: forms send empty fields. A field that is given twice is an error, not a guess. */
export function textField(fields: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = fields[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw fieldError(name, 'must be given once, as text');
  return value.trim() === '' ? undefined : value;
}
