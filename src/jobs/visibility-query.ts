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
