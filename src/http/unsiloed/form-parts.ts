import { fieldError } from '../../domain/field-error.ts';

/** A form's value for one place in a list or an object. */
export interface FormPart {
  /** The place: `['0', 'name']`. An empty step is the next place of a list. */
  readonly path: readonly string[];
  readonly values: readonly string[];
}

const maxPathLength = 6;

/**
 * A list whose items come one by one: `categories[]` and a repeated `categories`, each value a name, an object or a
 * list as JSON; `categories[0]`; `categories[0][name]`; `categories[][name]` with as many values as there are items.
 * Throws a 400 for anything else.
 */
export function listOfParts(field: string, parts: readonly FormPart[]): unknown[] {
  const numbered = new Map<number, unknown>();
  const behind: unknown[] = [];
  const members = new Map<string, readonly string[]>();
  for (const { path, values } of parts) {
    const [step = '', member, ...deeper] = path;
    const isNumber = /^\d{1,6}$/.test(step);
    if (deeper.length > 0 || (step !== '' && !isNumber)) throw notAList(field);
    if (member === undefined && !isNumber) behind.push(...values.flatMap(itemsOf));
    else if (member === undefined) numbered.set(Number(step), itemsOf(onlyOne(field, values)).at(0));
    else if (isNumber) {
      const present = numbered.get(Number(step));
      const item = typeof present === 'object' && present !== null ? present : {};
      numbered.set(Number(step), { ...item, [member]: onlyOne(field, values) });
    } else members.set(member, values);
  }
  const inOrder = [...numbered.entries()].toSorted(([a], [b]) => a - b).map(([, item]) => item);
  return [...inOrder, ...behind, ...zipped(field, members)];
}

/** An object whose members come one by one: `metadata[order][id]`. Throws a 400 for what is none. */
export function objectOfParts(field: string, parts: readonly FormPart[]): Record<string, unknown> {
  const root = new Map<string, unknown>();
  for (const { path, values } of parts) {
    if (path.length === 0 || path.length > maxPathLength) throw fieldError(field, 'must be a JSON object');
    const isList = path.at(-1) === '';
    const steps = isList ? path.slice(0, -1) : path;
    let place = root;
    for (const step of steps.slice(0, -1)) {
      const next = place.get(step) ?? new Map<string, unknown>();
      if (!(next instanceof Map)) throw fieldError(field, `has both a value and members at ${step.slice(0, 40)}`);
      place.set(step, next);
      place = next;
    }
    place.set(steps.at(-1) ?? '', isList || values.length > 1 ? [...values] : values[0]);
  }
  return plainObject(root);
}

function plainObject(map: ReadonlyMap<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Array.from(map, ([name, value]) => [name, value instanceof Map ? plainObject(value) : value]),
  );
}

/** Parses a value of a list: JSON if it is an object, a list or a text in quotation marks, else the text itself. */
function itemsOf(value: string): unknown[] {
  if (!/^\s*[[{"]/.test(value)) return [value];
  try {
    const item: unknown = JSON.parse(value);
    return Array.isArray(item) ? item : [item];
  } catch {
    return [value];
  }
}

/** `categories[][name]` three times and `categories[][description]` three times are three items. */
function zipped(field: string, members: ReadonlyMap<string, readonly string[]>): Record<string, string>[] {
  const lists = [...members.entries()];
  const [first] = lists;
  if (!first) return [];
  const { length } = first[1];
  if (lists.some(([, values]) => values.length !== length)) {
    throw fieldError(field, `must have as many values in each member; number the items, as in ${field}[0][name]`);
  }
  return Array.from({ length }, (_, index) =>
    Object.fromEntries(lists.map(([member, values]) => [member, values[index] ?? ''])),
  );
}

function onlyOne(field: string, values: readonly string[]): string {
  const [value = ''] = values;
  if (values.length > 1) throw fieldError(field, 'must have each of its numbered items once');
  return value;
}

function notAList(field: string) {
  return fieldError(field, `must be a JSON array, or given as ${field}[], ${field}[0] or ${field}[0][name]`);
}
