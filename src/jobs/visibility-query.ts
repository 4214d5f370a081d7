/** A text in Temporal's list filter, an SQL WHERE clause: https://docs.temporal.io/list-filter */
export function quoted(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

const earliestMs = Date.parse('0000-01-01T00:00:00Z');
const latestMs = Date.parse('9999-12-31T23:59:59.999Z');

/** A time in the same. Temporal refuses years without exactly four digits, which an offset from UTC can produce. */
export function quotedTime(ms: number): string {
  return quoted(new Date(Math.min(Math.max(ms, earliestMs), latestMs)).toISOString());
}

/**
 * Whether Temporal on an SQL database can search for this text. Seen with server 1.32: it searches a quotation mark or
 * backslash with a backslash before it and loses an apostrophe at either end; on PostgreSQL a question mark becomes a
 * parameter without value, which fails the query.
 */
export function isFindable(value: string): boolean {
  return !/["\\?]|^'|'$/.test(value);
}

/**
 * Matches executions whose attribute has this value. Matches too many if Temporal cannot search for the value: the
 * caller compares.
 */
export function valueCondition(attribute: string, value: string): string {
  if (isFindable(value)) return `${attribute} = ${quoted(value)}`;
  const [start = ''] = /^[^"\\?'%_]*/.exec(value) ?? [];
  return start === '' ? `${attribute} IS NOT NULL` : `${attribute} STARTS_WITH ${quoted(start)}`;
}

/** The same for an id that the service made: never empty, and always searchable. */
export function idCondition(attribute: string, id: string): string {
  return `${attribute} = ${quoted(isFindable(id) ? id : '')}`;
}
