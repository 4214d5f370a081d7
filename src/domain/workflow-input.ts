import { countCharacters } from './count-characters.ts';
import { parseCategories, type Category } from './category.ts';
import type { DocumentSource, EventOptions, StoredDocument } from './contract.ts';
import { documentTypes } from './document.ts';
import { ClassifierError } from './errors.ts';
import { defaultTenant, tenantPattern, type JobError } from './job.ts';
import type { PageRange, PageSelection } from './page-selection.ts';
import { reviewLimits, type ReviewPolicy } from './review.ts';

export const inputLimits = {
  defaultMaxPages: 4,
  maxInlineBytes: 1_048_576,
  maxInstructionsLength: 4000,
  /** JSON characters of all categories together; more goes by `descriptionsKey`, or histories grow too large. */
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
  readonly refusal?: JobError;
  readonly events?: EventOptions;
}

/**
 * Checks what another workflow, in any language, sent: types say nothing about it. Throws `invalid_request` or
 * `invalid_categories` with a sentence that names the field.
 */
export function parseWorkflowInput(input: unknown): ParsedInput {
  if (!isRecord(input)) throw invalid('input', 'must be one object');
  const tenant = input['tenant'] ?? defaultTenant;
  if (typeof tenant !== 'string' || !tenantPattern.test(tenant)) throw invalid('tenant', `must match ${tenantPattern}`);
  const categories = parseCategories(input['categories']);
  if (JSON.stringify(categories).length > inputLimits.maxCategoriesLength) {
    throw invalid('categories', `must have at most ${inputLimits.maxCategoriesLength} characters in all`);
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
    ...parseRefusal(input['refusal']),
    ...parseEvents(input['events']),
    ...optionalString(input, 'fileName', 255),
    ...optionalKey(input, 'descriptionsKey', tenant),
    ...optionalString(input, 'instructions', inputLimits.maxInstructionsLength),
    ...optionalKey(input, 'instructionsKey', tenant),
  };
}

function parseWebhook(webhook: unknown, tenant: string): Pick<ParsedInput, 'webhook'> {
  if (webhook === undefined || webhook === null) return {};
  const requestKey = isRecord(webhook) ? webhook['requestKey'] : undefined;
  return { webhook: { requestKey: parseKey(requestKey, 'webhook.requestKey', tenant) } };
}

function parseReview(review: unknown): Pick<ParsedInput, 'review'> {
  if (review === undefined || review === null) return {};
  if (!isRecord(review)) throw invalid('review', 'must be an object with "belowConfidence"');
  const { belowConfidence, timeoutSeconds = reviewLimits.defaultTimeoutSeconds } = review;
  if (typeof belowConfidence !== 'number' || !(belowConfidence >= 0 && belowConfidence <= 1)) {
    throw invalid('review.belowConfidence', 'must be a number from 0 to 1');
  }
  const { maxTimeoutSeconds } = reviewLimits;
  if (typeof timeoutSeconds !== 'number' || !(timeoutSeconds > 0 && timeoutSeconds <= maxTimeoutSeconds)) {
    throw invalid('review.timeoutSeconds', `must be a number above 0, at most ${maxTimeoutSeconds}`);
  }
  return { review: { belowConfidence, timeoutSeconds } };
}

function parseRefusal(refusal: unknown): Pick<ParsedInput, 'refusal'> {
  if (refusal === undefined || refusal === null) return {};
  const { code, detail } = isRecord(refusal) ? refusal : {};
  if (typeof code !== 'string' || typeof detail !== 'string') {
    throw invalid('refusal', 'must be an object with a "code" and a "detail"');
  }
  checkText(code, 'refusal.code', 255);
  return { refusal: { code, detail } };
}

function parseEvents(events: unknown): Pick<ParsedInput, 'events'> {
  if (events === undefined || events === null) return {};
  if (!isRecord(events)) throw invalid('events', 'must be an object');
  return { events: optionalString(events, 'classifierId', 255) };
}

function parseUnknown(value: unknown): Pick<ParsedInput, 'unknown'> {
  if (value === undefined || value === null) return {};
  if (value !== 'allow') throw invalid('unknown', 'must be "allow" or left out');
  return { unknown: value };
}

function parseCatchAll(value: unknown, categories: readonly Category[]): Pick<ParsedInput, 'catchAll'> {
  if (value === undefined || value === null) return {};
  const category = categories.find(({ name }) => name === value);
  if (!category) throw invalid('catchAll', 'must be the name of one of the categories');
  return { catchAll: category.name };
}

/** It becomes a segment of object keys. */
function parseFileId(value: unknown): Pick<ParsedInput, 'fileId'> {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'string' || !/^file_[A-Za-z0-9_-]{1,240}$/.test(value)) {
    throw invalid('fileId', 'must be the id of a file, such as file_0123');
  }
  return { fileId: value };
}

function parseSource(source: unknown, tenant: string): DocumentSource {
  if (!isRecord(source)) throw invalid('source', 'must be an object with a "kind"');
  switch (source['kind']) {
    case 'stored': {
      const key = parseKey(source['key'], 'source.key', tenant);
      const document = parseStoredDocument(source['document'], key);
      return { kind: 'stored', key, ...(document && { document }) };
    }
    case 'url': {
      const { url, urlKey } = source;
      if (typeof url === 'string') return { kind: 'url', url };
      if (urlKey === undefined) throw invalid('source.url', 'must be a URL');
      return { kind: 'url', urlKey: parseKey(urlKey, 'source.urlKey', tenant) };
    }
    case 'inline': {
      const base64 = source['base64'];
      if (typeof base64 !== 'string' || base64 === '') throw invalid('source.base64', 'must be a base64 string');
      if (base64.length > inputLimits.maxInlineBytes * 1.4) {
        throw invalid(
          'source.base64',
          `must hold at most ${inputLimits.maxInlineBytes} bytes; put larger documents into the store`,
        );
      }
      return { kind: 'inline', base64 };
    }
    default:
      throw invalid('source.kind', 'must be "stored", "url" or "inline"');
  }
}

function parseStoredDocument(document: unknown, key: string): StoredDocument | undefined {
  if (!isRecord(document)) return undefined;
  const { sha256, sizeBytes } = document;
  const type = documentTypes.find((known) => known === document['type']);
  if (typeof sha256 !== 'string' || typeof sizeBytes !== 'number' || type === undefined) return undefined;
  return { key, sha256, sizeBytes, type };
}

function parseSelection(pages: unknown): PageSelection {
  if (pages === undefined || pages === null) return { ranges: [], maxPages: inputLimits.defaultMaxPages };
  if (!isRecord(pages)) throw invalid('pages', 'must be an object with "ranges" or "maxPages"');
  const { ranges = [], maxPages = inputLimits.defaultMaxPages } = pages;
  if (typeof maxPages !== 'number' || !Number.isInteger(maxPages) || maxPages < 1) {
    throw invalid('pages.maxPages', 'must be a whole number from 1');
  }
  if (!Array.isArray(ranges)) throw invalid('pages.ranges', 'must be an array of {"first", "last"}');
  return { maxPages, ranges: ranges.map((range, index) => parseRange(range, index)) };
}

function parseRange(range: unknown, index: number): PageRange {
  if (isRecord(range)) {
    const { first, last } = range;
    if (isPageNumber(first) && last === undefined) return { first };
    if (isPageNumber(first) && isPageNumber(last) && last >= first) return { first, last };
  }
  throw invalid(`pages.ranges.${index}`, 'must be {"first", "last"} with whole numbers from 1, first <= last');
}

function isPageNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1;
}

/** The key of an object of the tenant's own: nobody reads another tenant's. */
function parseKey(value: unknown, field: string, tenant: string): string {
  if (typeof value === 'string' && value.startsWith(`tenants/${tenant}/`) && !value.includes('/../')) return value;
  throw invalid(field, `must be an object key below tenants/${tenant}/`);
}

function optionalKey<K extends string>(
  input: Record<string, unknown>,
  field: K,
  tenant: string,
): { readonly [F in K]?: string } {
  const given = optionalString(input, field, 1024);
  if (given[field] !== undefined) parseKey(given[field], field, tenant);
  return given;
}

function optionalString<K extends string>(
  input: Record<string, unknown>,
  field: K,
  maxLength: number,
): { readonly [F in K]?: string } {
  const value = input[field];
  if (value === undefined || value === null || value === '') return {};
  if (typeof value !== 'string') throw invalid(field, 'must be a string');
  checkText(value, field, maxLength);
  const entry: { [F in K]?: string } = {};
  entry[field] = value;
  return entry;
}

/** Temporal on PostgreSQL stores no search attribute with NUL or of more than 255 characters: such a run would be listed as running for ever. */
function checkText(value: string, field: string, maxLength: number): void {
  const length = countCharacters(value);
  if (length > maxLength) throw invalid(field, `must have at most ${maxLength} characters; got ${length}`);
  if (value.includes('\0')) throw invalid(field, 'must be text without NUL');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(field: string, detail: string): ClassifierError {
  const pointer = `/${field.replaceAll('.', '/')}`;
  return new ClassifierError('invalid_request', `${field} ${detail}`, { errors: [{ pointer, detail }] });
}
