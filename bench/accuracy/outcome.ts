/** What came of one document. */
export interface Outcome {
  readonly file: string;
  readonly label: string;
  readonly answer: string;
  readonly confidence: number;
}

const binCount = 10;

/** Accuracy, expected calibration error, per class, and what was taken for what. */
export function describeOutcome(outcomes: readonly Outcome[], labels: readonly string[], list: boolean): string {
  const right = outcomes.filter(({ label, answer }) => label === answer).length;
  const head = `${right} of ${outcomes.length} right (${percent(right, outcomes.length)}), ECE ${calibrationError(outcomes).toFixed(3)}`;
  const lines = labels.map((label) => describeClass(outcomes, label));
  const wrong = outcomes.filter(({ label, answer }) => label !== answer);
  const listed = list
    ? wrong.map(({ file, label, answer, confidence }) => `  ${label} -> ${answer} ${confidence.toFixed(2)}  ${file}`)
    : [];
  return [head, ...lines, ...listed].join('\n');
}

/** The mean distance of confidence and accuracy over ten equal ranges of confidence, weighted by their documents. */
export function calibrationError(outcomes: readonly Outcome[]): number {
  let error = 0;
  for (let bin = 0; bin < binCount; bin++) {
    const inBin = outcomes.filter(
      ({ confidence }) => Math.min(binCount - 1, Math.floor(confidence * binCount)) === bin,
    );
    const confidence = inBin.reduce((sum, outcome) => sum + outcome.confidence, 0);
    const right = inBin.filter(({ label, answer }) => label === answer).length;
    error += Math.abs(confidence - right) / outcomes.length;
  }
  return error;
}

function describeClass(outcomes: readonly Outcome[], label: string): string {
  const own = outcomes.filter((outcome) => outcome.label === label);
  const right = own.filter(({ answer }) => answer === label).length;
  const mistakes = new Map<string, number>();
  for (const { answer } of own) if (answer !== label) mistakes.set(answer, (mistakes.get(answer) ?? 0) + 1);
  const takenFor = [...mistakes].toSorted((a, b) => b[1] - a[1]).map(([answer, count]) => `${answer} ${count}`);
  return `  ${label.padEnd(18)} ${String(right).padStart(3)} of ${String(own.length).padStart(3)}  ${takenFor.join(', ')}`;
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;
}
