import type { ClassifyDocumentInput, DocumentSource, EventOptions, StoredDocument, ReviewPolicy } from './contract.ts';
import type { Category } from './category.ts';
import { maxPageRanges, type PageRange } from './page-selection.ts';
import type { ClassifierError } from './errors.ts';
import { invalidInput, isRecord } from './input-values.ts';
import { nearestName } from './nearest-name.ts';

type KeysOf<T> = T extends unknown ? keyof T : never;
type Fields<T> = Readonly<Record<KeysOf<T> & string, Shape | null>>;
/** What may stand in an object: a field of its own, or one that holds an object or a list of such. */
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
 * What is refused of an input beyond what cannot be parsed: names that are not known, for a misspelt option would be left out without a word, and lists that
 * no history should hold. Only of another workflow's: the API checks at its own door, and one of a later version says more than a worker of this one knows.
 */
export function problemOfForeignInput(input: unknown): ClassifierError | undefined {
  const path = findUnknown(input, { fields: inputFields }, []);
  if (path) return unknownField(path);
  const pages = isRecord(input) ? input['pages'] : undefined;
  const ranges = isRecord(pages) ? pages['ranges'] : undefined;
  if (!Array.isArray(ranges) || ranges.length <= maxPageRanges) return undefined;
  return invalidInput('pages.ranges', `must hold at most ${maxPageRanges} ranges; got ${ranges.length}`);
}

function unknownField(path: readonly string[]): ClassifierError {
  const nearest = nearestName(path.at(-1) ?? '', namesBelow({ fields: inputFields }));
  const meant =
    nearest === undefined ? `, which has ${Object.keys(inputFields).join(', ')}` : `; did you mean ${nearest}?`;
  return invalidInput(path.join('.').slice(0, maxShown), `is not a field of the input${meant}`);
}

const maxShown = 100;

function findUnknown(value: unknown, shape: Shape, path: readonly string[]): readonly string[] | undefined {
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
    if (known === undefined) return [...path, name];
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
