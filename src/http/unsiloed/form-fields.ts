import { nearestName, plainName } from '../../domain/nearest-name.ts';
import { isMangled, notUtf8, withoutByteOrderMark } from '../shared/utf8.ts';
import { listOfParts, objectOfParts, type FormPart } from './form-parts.ts';
import { fieldError } from '../../domain/field-error.ts';

/** The text fields of `POST /classify`. */
const textFields = [
  'file_url',
  'url',
  'categories',
  'conditions',
  'instructions',
  'unknown',
  'pages',
  'max_pages',
  'metadata',
  'webhook_url',
  'patience_seconds',
] as const;
type TextField = (typeof textFields)[number];

/**
 * Whether a field of this name is text even if it comes as a file, like a Blob of type JSON in JavaScript's FormData.
 */
export function isTextField(name: string): boolean {
  return placeOf(name).field !== undefined;
}

/**
 * The fields of a form by their own names. Lists and objects that form libraries take apart (PHP, Rails, axios, qs,
 * .NET) are put together. An unknown field is left out, as in Unsiloed, unless it is a likely misspelling, which would
 * otherwise be dropped silently. Throws 400s that name the field.
 */
export function readFormFields(given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const parts = new Map<TextField, FormPart[]>();
  for (const [name, value] of Object.entries(given)) {
    const { base, field, path } = placeOf(name);
    if (field === undefined) {
      refuseSlip(base);
      continue;
    }
    const values = [value].flat().map((each) => textOf(field, each));
    parts.set(field, [...(parts.get(field) ?? []), { path, values }]);
  }
  return Object.fromEntries(Array.from(parts, ([field, ofField]) => [field, valueOf(field, ofField)]));
}

interface Place {
  readonly base: string;
  readonly field: TextField | undefined;
  /**
   * `['0', 'name']` of `categories[0][name]`, `categories[0].name` and `categories.0.name`; `['']` of `categories[]`.
   */
  readonly path: readonly string[];
}

function placeOf(name: string): Place {
  const start = name.search(/[.[]/);
  const base = start === -1 ? name : name.slice(0, start);
  const rest = start === -1 ? '' : name.slice(start);
  const steps = Array.from(
    rest.matchAll(/\[([^[\]]*)\]|\.([^.[\]]+)/g),
    ([, inner, behindDot]) => inner ?? behindDot ?? '',
  );
  const field = textFields.find((known) => plainName(known) === plainName(base));
  return { base, field, path: steps };
}

function refuseSlip(base: string): void {
  const meant = nearestName(base, [...textFields, 'pdf_file']);
  if (meant === undefined) return;
  throw fieldError([base.replace(/\p{C}/gu, '').slice(0, 40)], `is not a field of this form; did you mean ${meant}?`);
}

function textOf(field: string, value: unknown): string {
  if (typeof value !== 'string') throw fieldError(field, 'must be text');
  if (isMangled(value)) throw fieldError(field, notUtf8);
  return withoutByteOrderMark(value);
}

/** One text, the list or object that it is in parts, or all values of a field that may be given once. */
function valueOf(field: TextField, parts: readonly FormPart[]): unknown {
  const values = parts.flatMap((part) => part.values);
  const isPlain = parts.every(({ path }) => path.length === 0);
  if (isPlain && values.length === 1) return values[0];
  switch (field) {
    case 'categories':
    case 'conditions':
      return listOfParts(field, parts);
    case 'metadata':
      return isPlain ? values : objectOfParts(field, parts);
    case 'pages':
      return isPlain ? values : values.join(',');
    default:
      return values.length === 1 ? values[0] : values;
  }
}
