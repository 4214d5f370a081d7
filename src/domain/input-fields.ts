import type { ClassifyDocumentInput, DocumentSource, EventOptions, StoredDocument, ReviewPolicy } from './contract.ts';
import type { Category } from './category.ts';
import { maxPageRanges, type PageRange } from './page-selection.ts';
import { errorFacts, isErrorCode, type ClassifierError } from './errors.ts';
import { fieldError } from './field-error.ts';
import { isRecord } from './input-values.ts';
import { nearestName, plainName } from './nearest-name.ts';
import { problemOfQuestionSize } from './question-size.ts';
import { inputLimits } from './workflow-input.ts';

type KeysOf<T> = T extends unknown ? keyof T : never;
type Fields<T> = Readonly<Record<KeysOf<T> & string, Shape | null>>;
/** The fields of an object; a field may hold an object or a list of objects. */
interface Shape {
  readonly fields: Readonly<Record<string, Shape | null>>;
}

const document = { fields: { key: null, sha256: null, sizeBytes: null, type: null } satisfies Fields<StoredDocument> };
const source = {
  fields: { kind: null, key: null, document, url: null, urlKey: null, base64: null } satisfies Fields<DocumentSource>,
};
const range = { fields: { first: null, last: null } satisfies Fields<PageRange> };
const inputFields = {
  schemaVersion: null,
  tenant: null,
  source,
  fileName: null,
  categories: { fields: { name: null, description: null } satisfies Fields<Category> },
  descriptionsKey: null,
  instructions: null,
  instructionsKey: null,
  pages: {
    fields: { ranges: range, maxPages: null } satisfies Fields<NonNullable<ClassifyDocumentInput['pages']>>,
  },
  unknown: null,
  catchAll: null,
  fileId: null,
  webhook: { fields: { requestKey: null } satisfies Fields<NonNullable<ClassifyDocumentInput['webhook']>> },
  patienceSeconds: null,
  review: { fields: { belowConfidence: null, timeoutSeconds: null } satisfies Fields<ReviewPolicy> },
  refusal: { fields: { code: null, detail: null } satisfies Fields<NonNullable<ClassifyDocumentInput['refusal']>> },
  events: { fields: { classifierId: null } satisfies Fields<EventOptions> },
} satisfies Fields<ClassifyDocumentInput>;

/**
 * Refuses more of an input than what cannot be parsed: unknown names, because a misspelt option would silently do
 * nothing, and lists too long for a history. Applies to other workflows' inputs only: the API checks its own, and a
 * later API may send fields that this worker does not know.
 */
export function problemOfForeignInput(input: unknown): ClassifierError | undefined {
  const unknown = findUnknown(input, { fields: inputFields }, []);
  if (unknown) return unknownField(unknown);
  if (!isRecord(input)) return undefined;
  return (
    problemOfVersion(input['schemaVersion']) ??
    problemOfInline(input['source']) ??
    problemOfCode(input['refusal']) ??
    problemOfRanges(input['pages']) ??
    problemOfQuestionSize({
      categories: input['categories'],
      instructions: input['instructions'],
      maxPages: maxPagesOf(input['pages']),
    })
  );
}

function problemOfVersion(version: unknown): ClassifierError | undefined {
  if (version === undefined || version === null || version === 1) return undefined;
  return fieldError('schemaVersion', 'must be 1 or left out');
}

/** A decoder would skip invalid characters and leave a document that looks empty or damaged. */
function problemOfInline(given: unknown): ClassifierError | undefined {
  const base64 = isRecord(given) && given['kind'] === 'inline' ? given['base64'] : undefined;
  if (typeof base64 !== 'string' || isBase64(base64)) return undefined;
  return fieldError('source.base64', 'must be base64 (RFC 4648), without a prefix such as data:');
}

/** Either alphabet, padded or not, in one line or many. */
function isBase64(text: string): boolean {
  const digits = text.replaceAll(/\s+/gu, '');
  return /^[\w+/-]*={0,2}$/.test(digits) && digits.replaceAll('=', '').length % 4 !== 1;
}

/** A sentence. It stands in results, events and errors. */
const maxDetail = 2000;

/** The list of codes is closed, because callers branch on them. */
function problemOfCode(refusal: unknown): ClassifierError | undefined {
  const { code, detail } = isRecord(refusal) ? refusal : {};
  if (typeof detail === 'string' && detail.length > maxDetail) {
    return fieldError('refusal.detail', `must have at most ${maxDetail} characters; got ${detail.length}`);
  }
  if (typeof code !== 'string' || isErrorCode(code)) return undefined;
  const known = Object.keys(errorFacts);
  const nearest = nearestName(code, known);
  const advice = nearest === undefined ? `must be one of ${known.join(', ')}` : `did you mean ${nearest}?`;
  return fieldError('refusal.code', `is no failure code; ${advice}`);
}

function maxPagesOf(pages: unknown): number {
  const maxPages = isRecord(pages) ? pages['maxPages'] : undefined;
  return typeof maxPages === 'number' ? maxPages : inputLimits.defaultMaxPages;
}

function problemOfRanges(pages: unknown): ClassifierError | undefined {
  const ranges = isRecord(pages) ? pages['ranges'] : undefined;
  if (!Array.isArray(ranges) || ranges.length <= maxPageRanges) return undefined;
  return fieldError('pages.ranges', `must hold at most ${maxPageRanges} ranges; got ${ranges.length}`);
}

interface UnknownField {
  readonly name: string;
  /** The object that it stands in. */
  readonly shape: Shape;
  /** The way to that. */
  readonly path: readonly string[];
}

/**
 * Suggests a field of the same object. At the top, where options of other contracts end up, also one of a nested
 * object.
 */
function unknownField({ name, shape, path }: UnknownField): ClassifierError {
  const names = path.length === 0 ? namesBelow(shape) : Object.keys(shape.fields);
  const nearest = path.length === 0 && ofOtherContracts.has(plainName(name)) ? 'source.url' : nearestName(name, names);
  const place = path.length === 0 ? 'the input' : path.join('.');
  const advice =
    nearest === undefined
      ? `${place}, which has ${Object.keys(shape.fields).join(', ')}`
      : `the input; did you mean ${[...path, nearest].join('.')}?`;
  return fieldError([...path, name].join('.').slice(0, maxShown), `is not a field of ${advice}`);
}

/** How the HTTP contracts call the address of a document. */
const ofOtherContracts = new Set(['fileurl', 'documenturl', 'pdfurl', 'url']);

const maxShown = 100;

function findUnknown(value: unknown, shape: Shape, path: readonly string[]): UnknownField | undefined {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const found = findUnknown(item, shape, [...path, String(index)]);
      if (found) return found;
    }
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  for (const [name, member] of Object.entries(value)) {
    const known = Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined;
    if (known === undefined) return { name, shape, path };
    const found = known && findUnknown(member, known, [...path, name]);
    if (found) return found;
  }
  return undefined;
}

/** Every field with the path to it, the shortest paths first. */
function namesBelow({ fields }: Shape, path: readonly string[] = []): string[] {
  const entries = Object.entries(fields);
  const own = entries.map(([name]) => [...path, name].join('.'));
  return [...own, ...entries.flatMap(([name, shape]) => (shape ? namesBelow(shape, [...path, name]) : []))];
}
