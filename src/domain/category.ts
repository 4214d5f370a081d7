import { countCharacters } from './text.ts';
import { ClassifierError, type FieldError } from './errors.ts';

/** A category of the caller's. The answer is always one of them, spelled as given. */
export interface Category {
  readonly name: string;
  readonly description?: string;
}

/** The answer for a document that fits no category, if the caller allows it. */
export const unknownCategory = 'unknown';

export const categoryLimits = {
  maxCategories: 200,
  maxNameLength: 200,
  maxDescriptionLength: 2000,
} as const;

/**
 * Checks a list of categories: objects `{name, description?}`, strings, or a mixture. Trims names. The second part of a
 * string `name - description` (a habit of Unsiloed's oldest clients) becomes the description, but stays in the name.
 * Throws `invalid_categories`, with one pointer for each bad item.
 */
export function parseCategories(value: unknown, field = 'categories'): Category[] {
  if (!Array.isArray(value)) {
    throw invalidCategories(field, [
      {
        pointer: `/${field}`,
        detail: `must be an array of strings or of {"name", "description"} objects; got ${kindOf(value)}`,
      },
    ]);
  }
  if (value.length < 1 || value.length > categoryLimits.maxCategories) {
    throw invalidCategories(field, [
      { pointer: `/${field}`, detail: `must hold 1 to ${categoryLimits.maxCategories} items; got ${value.length}` },
    ]);
  }
  const problems: FieldError[] = [];
  const categories: Category[] = [];
  const seen = new Map<string, number>();
  for (const [index, item] of value.entries()) {
    const parsed = parseCategory(item, `/${field}/${index}`);
    if (Array.isArray(parsed)) {
      problems.push(...parsed);
      continue;
    }
    const first = seen.get(parsed.name);
    if (first !== undefined) {
      problems.push({
        pointer: `/${field}/${index}${typeof item === 'string' ? '' : '/name'}`,
        detail: `repeats the name of item ${first}; names must be unique`,
      });
      continue;
    }
    seen.set(parsed.name, index);
    categories.push(parsed);
  }
  if (problems.length > 0) throw invalidCategories(field, problems);
  return categories;
}

function parseCategory(item: unknown, pointer: string): Category | FieldError[] {
  if (typeof item === 'string') return fromString(item, pointer);
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    return [{ pointer, detail: `must be a string or an object with a "name"; got ${kindOf(item)}` }];
  }
  const problems: FieldError[] = [];
  const name = 'name' in item ? item.name : undefined;
  const description = 'description' in item ? item.description : undefined;
  problems.push(...nameProblems(name, `${pointer}/name`));
  if (description !== undefined && description !== null) {
    if (typeof description !== 'string') {
      problems.push({ pointer: `${pointer}/description`, detail: `must be a string; got ${kindOf(description)}` });
    } else if (countCharacters(description) > categoryLimits.maxDescriptionLength) {
      problems.push({
        pointer: `${pointer}/description`,
        detail: `must have at most ${categoryLimits.maxDescriptionLength} characters; got ${countCharacters(description)}`,
      });
    }
  }
  if (problems.length > 0 || typeof name !== 'string') return problems;
  return withDescription(name.trim(), typeof description === 'string' ? description.trim() : '');
}

function fromString(item: string, pointer: string): Category | FieldError[] {
  const problems = nameProblems(item, pointer);
  if (problems.length > 0) return problems;
  const name = item.trim();
  const separator = name.indexOf(' - ');
  return withDescription(name, separator > 0 ? name.slice(separator + 3).trim() : '');
}

function withDescription(name: string, description: string): Category {
  return description === '' ? { name } : { name, description };
}

function nameProblems(name: unknown, pointer: string): FieldError[] {
  if (name === undefined) return [{ pointer, detail: 'is required' }];
  if (typeof name !== 'string') return [{ pointer, detail: `must be a string; got ${kindOf(name)}` }];
  const length = countCharacters(name.trim());
  if (length === 0) return [{ pointer, detail: 'must not be blank' }];
  if (length > categoryLimits.maxNameLength) {
    return [{ pointer, detail: `must have at most ${categoryLimits.maxNameLength} characters; got ${length}` }];
  }
  const detail = unstorableIn(name);
  return detail === undefined ? [] : [{ pointer, detail }];
}

/** What makes a name impossible to store in PostgreSQL, which Temporal uses. Undefined for all other names. */
export function unstorableIn(name: string): string | undefined {
  if (!name.includes('\0') && name.isWellFormed()) return undefined;
  return 'must be text, without NUL and without half of a surrogate pair';
}

function invalidCategories(field: string, errors: readonly FieldError[]): ClassifierError {
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  const where = first ? first.pointer.slice(1).replaceAll('/', '.') : field;
  return new ClassifierError('invalid_categories', `${where} ${first?.detail ?? 'is not valid'}${more}`, { errors });
}

/** Finds a model's category: an exact match, else the only one that differs in case, spacing or punctuation. */
export function matchCategory(answer: string, categories: readonly Category[]): Category | undefined {
  const trimmed = answer.trim();
  const exact = categories.find((category) => category.name === trimmed);
  if (exact) return exact;
  const key = normalizeLabel(answer);
  if (key === '') return undefined;
  const alike = categories.filter((category) => normalizeLabel(category.name) === key);
  return alike.length === 1 ? alike[0] : undefined;
}

/** Removes case, spacing and punctuation from a label. */
export function normalizeLabel(label: string): string {
  return label
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, ' ')
    .trim();
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  return `a ${typeof value}`;
}
