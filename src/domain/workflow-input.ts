import { parseCategories, type Category } from './category.ts';
import type { DocumentSource, EventOptions, ReviewPolicy } from './contract.ts';
import { parseSource } from './input-source.ts';
import { checkText, isRecord, optionalKey, optionalString, parseKey } from './input-values.ts';
import { defaultTenant, tenantPattern, type JobError } from './job.ts';
import type { PageRange, PageSelection } from './page-selection.ts';
import { patienceLimits } from './waiting.ts';
import { reviewLimits } from './review.ts';
import { fieldError } from './field-error.ts';

export const inputLimits = {
  defaultMaxPages: 4,
  maxInstructionsLength: 4000,
  /** JSON characters of all categories together. Longer ones go by `descriptionsKey`, or histories grow too large. */
  maxCategoriesLength: 262_144,
} as const;

export interface ParsedInput {
  readonly tenant: string;
  readonly source: DocumentSource;
  readonly fileName?: string;
  readonly categories: readonly Category[];
  readonly descriptionsKey?: string;
  readonly instructions?: string;
  readonly instructionsKey?: string;
  readonly selection: PageSelection;
  readonly unknown?: 'allow';
  readonly catchAll?: string;
  readonly fileId?: string;
  readonly webhook?: { readonly requestKey: string };
  readonly review?: ReviewPolicy;
  readonly patienceSeconds: number;
  readonly refusal?: JobError;
  readonly events?: EventOptions;
}

/**
 * Checks the input of another workflow, in any language: types promise nothing. Throws `invalid_request` or
 * `invalid_categories` with a sentence that names the field.
 */
export function parseWorkflowInput(input: unknown): ParsedInput {
  if (!isRecord(input)) throw fieldError('input', 'must be one object');
  const tenant = parseTenant(input);
  const categories = parseCategories(input['categories']);
  if (JSON.stringify(categories).length > inputLimits.maxCategoriesLength) {
    throw fieldError('categories', `must have at most ${inputLimits.maxCategoriesLength} characters in all`);
  }
  return {
    tenant,
    source: parseSource(input['source'], tenant),
    categories,
    selection: parseSelection(input['pages']),
    ...parseUnknown(input['unknown']),
    ...parseCatchAll(input['catchAll'], categories),
    ...parseFileId(input['fileId']),
    ...parseWebhook(input['webhook'], tenant),
    ...parseReview(input['review']),
    patienceSeconds: parsePatience(input['patienceSeconds']),
    ...parseRefusal(input['refusal']),
    ...parseEvents(input['events']),
    ...optionalString(input, 'fileName', 255),
    ...optionalKey(input, 'descriptionsKey', tenant),
    ...optionalString(input, 'instructions', inputLimits.maxInstructionsLength),
    ...optionalKey(input, 'instructionsKey', tenant),
  };
}

/** Where a run's outcome goes, and whom to notify. */
export type RunEnds = Pick<ParsedInput, 'tenant' | 'webhook' | 'events' | 'fileId'>;

/**
 * Reads the same from an invalid input; undefined where even the tenant is missing. Ignores what is wrong with the
 * rest.
 */
export function parseEnds(input: unknown): RunEnds | undefined {
  if (!isRecord(input)) return undefined;
  const tenant = orNothing(() => parseTenant(input));
  if (tenant === undefined) return undefined;
  const webhook = orNothing(() => parseWebhook(input['webhook'], tenant));
  const file = orNothing(() => parseFileId(input['fileId']));
  return { tenant, ...webhook, ...file, ...orNothing(() => parseEvents(input['events'])) };
}

function orNothing<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}

function parseTenant(input: Record<string, unknown>): string {
  const tenant = input['tenant'] ?? defaultTenant;
  if (typeof tenant === 'string' && tenantPattern.test(tenant)) return tenant;
  throw fieldError('tenant', `must match ${tenantPattern}`);
}

function parseWebhook(webhook: unknown, tenant: string): Pick<ParsedInput, 'webhook'> {
  if (webhook === undefined || webhook === null) return {};
  const requestKey = isRecord(webhook) ? webhook['requestKey'] : undefined;
  return { webhook: { requestKey: parseKey(requestKey, 'webhook.requestKey', tenant) } };
}

function parseReview(review: unknown): Pick<ParsedInput, 'review'> {
  if (review === undefined || review === null) return {};
  if (!isRecord(review)) throw fieldError('review', 'must be an object with "belowConfidence"');
  const { belowConfidence, timeoutSeconds = reviewLimits.defaultTimeoutSeconds } = review;
  if (typeof belowConfidence !== 'number' || !(belowConfidence >= 0 && belowConfidence <= 1)) {
    throw fieldError('review.belowConfidence', 'must be a number from 0 to 1');
  }
  const { maxTimeoutSeconds } = reviewLimits;
  if (typeof timeoutSeconds !== 'number' || !(timeoutSeconds > 0 && timeoutSeconds <= maxTimeoutSeconds)) {
    throw fieldError('review.timeoutSeconds', `must be a number above 0, at most ${maxTimeoutSeconds}`);
  }
  return { review: { belowConfidence, timeoutSeconds } };
}

function parsePatience(value: unknown): number {
  if (value === undefined || value === null) return patienceLimits.defaultSeconds;
  if (typeof value !== 'number' || !(value >= 0 && value <= patienceLimits.maxSeconds)) {
    throw fieldError('patienceSeconds', `must be a number from 0 to ${patienceLimits.maxSeconds}`);
  }
  return value;
}

function parseRefusal(refusal: unknown): Pick<ParsedInput, 'refusal'> {
  if (refusal === undefined || refusal === null) return {};
  const { code, detail } = isRecord(refusal) ? refusal : {};
  if (typeof code !== 'string' || typeof detail !== 'string') {
    throw fieldError('refusal', 'must be an object with a "code" and a "detail"');
  }
  checkText(code, 'refusal.code', 255);
  return { refusal: { code, detail } };
}

function parseEvents(events: unknown): Pick<ParsedInput, 'events'> {
  if (events === undefined || events === null) return {};
  if (!isRecord(events)) throw fieldError('events', 'must be an object');
  return { events: optionalString(events, 'classifierId', 255) };
}

function parseUnknown(value: unknown): Pick<ParsedInput, 'unknown'> {
  if (value === undefined || value === null) return {};
  if (value !== 'allow') throw fieldError('unknown', 'must be "allow" or left out');
  return { unknown: value };
}

function parseCatchAll(value: unknown, categories: readonly Category[]): Pick<ParsedInput, 'catchAll'> {
  if (value === undefined || value === null) return {};
  const category = categories.find(({ name }) => name === value);
  if (!category) throw fieldError('catchAll', 'must be the name of one of the categories');
  return { catchAll: category.name };
}

/** The id becomes a segment of object keys. */
function parseFileId(value: unknown): Pick<ParsedInput, 'fileId'> {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'string' || !/^file_[A-Za-z0-9_-]{1,240}$/.test(value)) {
    throw fieldError('fileId', 'must be the id of a file, such as file_0123');
  }
  return { fileId: value };
}

function parseSelection(pages: unknown): PageSelection {
  if (pages === undefined || pages === null) return { ranges: [], maxPages: inputLimits.defaultMaxPages };
  if (!isRecord(pages)) throw fieldError('pages', 'must be an object with "ranges" or "maxPages"');
  const { ranges = [], maxPages = inputLimits.defaultMaxPages } = pages;
  if (typeof maxPages !== 'number' || !Number.isInteger(maxPages) || maxPages < 1) {
    throw fieldError('pages.maxPages', 'must be a whole number from 1');
  }
  if (!Array.isArray(ranges)) throw fieldError('pages.ranges', 'must be an array of {"first", "last"}');
  return { maxPages, ranges: ranges.map((range, index) => parseRange(range, index)) };
}

function parseRange(range: unknown, index: number): PageRange {
  if (isRecord(range)) {
    const { first, last } = range;
    if (isPageNumber(first) && last === undefined) return { first };
    if (isPageNumber(first) && isPageNumber(last) && last >= first) return { first, last };
  }
  throw fieldError(`pages.ranges.${index}`, 'must be {"first", "last"} with whole numbers from 1, first <= last');
}

function isPageNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1;
}
