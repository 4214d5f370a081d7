import { isMet, type Row } from './measurement.ts';

/** The lines of a table: the first column to the left, the others to the right. */
export function formatTable(rows: readonly (readonly string[])[]): string[] {
  const columns = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(columns[column] ?? 0) : cell.padStart(columns[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** The results, each with what it was compared to, its goal and below it what was measured. */
export function formatRows(rows: readonly Row[]): string[] {
  const cells = rows.map((row) => [row.what, row.against, formatFigure(row), formatGoal(row), verdict(row)]);
  const [header = '', ...lines] = formatTable([['what', 'against', 'figure', 'goal', ''], ...cells]);
  return [header, ...lines.flatMap((line, index) => [line, `    ${rows[index]?.detail ?? ''}`])];
}

function formatFigure({ figure, unit }: Row): string {
  return unit === 'x' ? `${figure.toFixed(2)}x` : `${figure < 0 ? '' : '+'}${figure.toFixed(0)} ${unit}`;
}

function formatGoal({ goal, unit }: Row): string {
  if (!goal) return '';
  const suffix = unit === 'x' ? 'x' : ` ${unit}`;
  return 'atMost' in goal ? `<= ${goal.atMost}${suffix}` : `>= ${goal.atLeast}${suffix}`;
}

function verdict(row: Row): string {
  const met = isMet(row);
  if (met === undefined) return '';
  return met ? 'met' : 'not met';
}
