import { formatTable } from '../table.ts';
import { calibrationError, countRight, type Outcome } from './outcome.ts';

/** `193 of 205 right (94.1 %), ECE 0.041`. */
export function describeRun(outcomes: readonly Outcome[]): string {
  const right = countRight(outcomes);
  return `${right} of ${outcomes.length} right (${percent(right, outcomes.length)}), ECE ${calibrationError(outcomes).toFixed(3)}`;
}

export function percent(part: number, whole: number): string {
  return `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;
}

/** Per class: how many there are, how many were found, how many of the answers were right. */
export function describeClasses(outcomes: readonly Outcome[], labels: readonly string[]): string[] {
  const rows = labels.map((label) => {
    const own = outcomes.filter((outcome) => outcome.label === label);
    const answered = outcomes.filter((outcome) => outcome.answer === label);
    const right = countRight(own);
    return [label, `${own.length}`, `${right}`, percent(right, own.length), percent(right, answered.length)];
  });
  return formatTable([['class', 'documents', 'right', 'recall', 'precision'], ...rows]);
}

/** What was taken for what: a row for each true class, a numbered column for each answer. */
export function describeConfusion(outcomes: readonly Outcome[], labels: readonly string[]): string[] {
  const answers = [...labels, ...new Set(outcomes.map(({ answer }) => answer))].filter(
    (answer, index, all) => all.indexOf(answer) === index,
  );
  const rows = answers.map((label, index) => [
    `${index + 1} ${label}`,
    ...answers.map((answer) => {
      const count = outcomes.filter((outcome) => outcome.label === label && outcome.answer === answer).length;
      return count === 0 ? '.' : `${count}`;
    }),
  ]);
  return formatTable([['document \\ answer', ...answers.map((_, index) => `${index + 1}`)], ...rows]);
}

export function describeMistakes(outcomes: readonly Outcome[]): string[] {
  return outcomes
    .filter(({ label, answer }) => label !== answer)
    .map(({ file, label, answer, confidence }) => `${label} -> ${answer} ${confidence.toFixed(2)}  ${file}`);
}
