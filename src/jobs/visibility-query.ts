/** A text in Temporal's list filter, an SQL WHERE clause: https://docs.temporal.io/list-filter */
export function quoted(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

const earliestMs = Date.parse('0000-01-01T00:00:00Z');
const latestMs = Date.parse('9999-12-31T23:59:59.999Z');

/** A time in the same. Temporal refuses years of other than four digits, to which an offset from UTC can lead. */
export function quotedTime(ms: number): string {
  return quoted(new Date(Math.min(Math.max(ms, earliestMs), latestMs)).toISOString());
}

/**
 * Whether Temporal on an SQL database finds a text as it is. Seen with server 1.32: a quotation mark or backslash is
 * looked for with a backslash before it, an apostrophe at either end is lost, and on PostgreSQL a question mark is a
 * parameter that nobody gives, which fails the query.
 */
export function isFindable(value: string): boolean {
  return !/["\\?]|^'|'$/.test(value);
}

/**
 * Finds all whose attribute has this value, and others beside them when the value is one that Temporal cannot find: the
 * caller compares.
 */
export function valueCondition(attribute: string, value: string): string {
  if (isFindable(value)) return `${attribute} = ${quoted(value)}`;
  const [start = ''] = /^[^"\\?'%_]*/.exec(value) ?? [];
  return start === '' ? `${attribute} IS NOT NULL` : `${attribute} STARTS_WITH ${quoted(start)}`;
}

/** The same for an id that the service made, and that is never empty: none of them is one that Temporal cannot find. */
export function idCondition(attribute: string, id: string): string {
  return `${attribute} = ${quoted(isFindable(id) ? id : '')}`;
}
