import { jsonrepair } from 'jsonrepair';

/** The option in an answer's JSON, and the object that names it. */
export interface FoundObject {
  readonly option: string;
  readonly members: Readonly<Record<string, unknown>>;
}

/** Repairing costs the square of the length for some texts, and an answer is short. */
const maxRepairedLength = 8000;
/** Of objects and lists around an answer, and of JSON that stands in a string. */
const maxDepth = 5;

/** Other names of the option from models without a schema; used if no member has the right name. */
const otherNames = ['code', 'answer', 'choice', 'category', 'classification', 'label'] as const;

/**
 * The JSON object of an answer: as asked for, or with other words, a fence or objects around it, or with what a reader
 * would forgive (quotes, line breaks, commas and braces at the wrong place). `none`: there is no such object.
 * `ambiguous`: options that differ are named, one of which the page itself may have written.
 */
export function findAnswerObject(text: string): FoundObject | 'none' | 'ambiguous' {
  if (isInSentence(text)) return 'ambiguous';
  const strict = strictValues(text);
  const found = strict.flatMap((value) => objectsIn(value, maxDepth));
  if (found.length > 0) return onlyOne(found, saysOneThing(text) ? found.length : countOf(text, /"option"\s*:/giu));
  const repaired = objectsIn(repair(text), maxDepth);
  if (repaired.length === 0) return 'none';
  // Where quotes are wrong, what looks like a key may stand in a sentence: then nothing is plain.
  return onlyOne(repaired, countOf(text, looksLikeKey));
}

/** Whether the object is part of a sentence: told of the page, or followed by the rest of what is said of it. */
function isInSentence(text: string): boolean {
  const start = text.indexOf('{');
  const end = text.lastIndexOf('}');
  if (start < 0 || end < start) return false;
  const [before, after] = [text.slice(Math.max(0, start - 60), start), text.slice(end + 1, end + 60)];
  return (
    /\b(?:says?|said|reads?|states?|shows?|contains?|claims?|written|printed|quotes?)[\s:,"'“‘`*]{0,10}$/iu.test(
      before,
    ) || /^["'”’`*)]{0,3}[,;]? ?\p{Ll}/u.test(after)
  );
}

const looksLikeKey = /(?:["'“‘`]option\\?["'”’`]|[{,]\s*option)\s*[:=]/giu;

/** A key that is written twice in one object, or stands outside of every object, belongs to none that was found. */
function onlyOne(found: readonly FoundObject[], keysWritten: number): FoundObject | 'ambiguous' {
  const [first] = found;
  const differ = new Set(found.map(({ option }) => option.trim().toUpperCase())).size > 1;
  return !first || differ || keysWritten > found.length ? 'ambiguous' : first;
}

/** Whether each key that is written, also twice in one object, has the same option. */
function saysOneThing(text: string): boolean {
  const values = Array.from(text.matchAll(/"option"\s*:(?:\s*"([^"\\]*)")?/giu), ([, value]) =>
    value?.trim().toUpperCase(),
  );
  return values[0] !== undefined && values.every((value) => value === values[0]);
}

function countOf(text: string, pattern: RegExp): number {
  return Array.from(text.matchAll(pattern)).length;
}

/** The whole text, or each object in it that is JSON as it stands. */
function strictValues(text: string): readonly unknown[] {
  const whole = parseJson(text);
  if (whole !== undefined) return [whole];
  // Braces are doubled where a template was copied.
  return balanced(text).flatMap((part) => parseJson(part) ?? parseJson(part.slice(1, -1)) ?? []);
}

/** The outermost pieces in braces; a brace within quotes is none. */
function balanced(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  let isQuoted = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (isQuoted) {
      if (character === '\\') index += 1;
      else if (character === '"') isQuoted = false;
    } else if (character === '"' && depth > 0) isQuoted = true;
    else if (character === '{') {
      if (depth === 0) start = index;
      depth += 1;
    } else if (character === '}' && depth > 0) {
      depth -= 1;
      if (depth === 0) parts.push(text.slice(start, index + 1));
    }
  }
  return parts;
}

/** From the first brace to the last; undefined for an object that breaks off, whose option may, too. */
function repair(text: string): unknown {
  const start = text.indexOf('{');
  const end = text.lastIndexOf('}');
  if (start < 0 || end < start || end - start > maxRepairedLength) return undefined;
  try {
    return parseJson(jsonrepair(text.slice(start, end + 1)));
  } catch {
    return undefined;
  }
}

function objectsIn(value: unknown, depth: number): readonly FoundObject[] {
  if (depth === 0) return [];
  if (typeof value === 'string') return /^\s*\{/u.test(value) ? objectsIn(parseJson(value), depth - 1) : [];
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((each) => objectsIn(each, depth - 1));
  const members = lowerKeys(value);
  const option = textOf(members['option']);
  if (option !== undefined) return [{ option, members }];
  if (members['option'] !== undefined) return objectsIn(members['option'], depth - 1);
  const inside = Object.values(members).flatMap((each) => objectsIn(each, depth - 1));
  if (inside.length > 0) return inside;
  const others = otherNames.flatMap((name) => textOf(members[name]) ?? []);
  return others.length === 1 && others[0] !== undefined ? [{ option: others[0], members }] : [];
}

function lowerKeys(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key.trim().toLowerCase(), member]));
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && !/^\s*\{/u.test(value) ? value : undefined;
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
