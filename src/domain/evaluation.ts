/** A file with its known type and the classifier's prediction. */
export interface JudgedFile {
  readonly expected: string;
  /** Absent when its run failed. */
  readonly predicted?: string;
  readonly latencyMs?: number;
  readonly pageCount?: number;
}

export interface ClassMetrics {
  readonly countExpected: number;
  readonly countPredicted: number;
  readonly countCorrect: number;
  /** 0 where the divisor is 0. */
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

export interface EvaluationMetrics {
  /** The share of all files with the right type; a file whose run failed counts as wrong. */
  readonly accuracy: number;
  /** By type. */
  readonly classes: ReadonlyMap<string, ClassMetrics>;
  readonly numPages: number;
  /** Absent when no file was judged. */
  readonly latency?: LatencyMetrics;
}

export interface LatencyMetrics {
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

/** Measures a classifier by the files that it judged. */
export function measure(types: readonly string[], files: readonly JudgedFile[]): EvaluationMetrics {
  const known = new Set([...types, ...files.map(({ expected }) => expected)]);
  const latencies = files.flatMap(({ latencyMs }) => latencyMs ?? []);
  return {
    accuracy: ratio(files.filter(isCorrect).length, files.length),
    classes: new Map(Array.from(known, (type) => [type, measureClass(type, files)])),
    numPages: files.reduce((sum, { pageCount = 0 }) => sum + pageCount, 0),
    ...(latencies.length > 0 && { latency: measureLatency(latencies) }),
  };
}

function measureClass(type: string, files: readonly JudgedFile[]): ClassMetrics {
  const expected = files.filter((file) => file.expected === type);
  const countPredicted = files.filter((file) => file.predicted === type).length;
  const countCorrect = expected.filter(isCorrect).length;
  const precision = ratio(countCorrect, countPredicted);
  const recall = ratio(countCorrect, expected.length);
  return {
    countExpected: expected.length,
    countPredicted,
    countCorrect,
    precision,
    recall,
    f1: ratio(2 * precision * recall, precision + recall),
  };
}

function isCorrect({ expected, predicted }: JudgedFile): boolean {
  return predicted === expected;
}

function measureLatency(latencies: readonly number[]): LatencyMetrics {
  const sorted = latencies.toSorted((a, b) => a - b);
  // Nearest rank: a real latency, not one in between.
  const percentile = (share: number) => sorted[Math.max(Math.ceil(share * sorted.length) - 1, 0)] ?? 0;
  return {
    meanMs: sorted.reduce((sum, latency) => sum + latency, 0) / sorted.length,
    p50Ms: percentile(0.5),
    p90Ms: percentile(0.9),
    p95Ms: percentile(0.95),
    p99Ms: percentile(0.99),
  };
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
