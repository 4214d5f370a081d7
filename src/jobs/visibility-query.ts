/** A text in Temporal's list filter, an SQL WHERE clause: https://docs.temporal.io/list-filter */
export function quoted(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
