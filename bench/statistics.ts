/** The middle of the values: one pause of the machine does not move it. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

export interface Rounds {
  readonly ours: readonly number[];
  readonly peer: readonly number[];
}

/** Measures both in turn, so that whatever else the machine does hits both alike; who begins changes each round. */
export async function interleave(
  count: number,
  ours: () => Promise<number>,
  peer: () => Promise<number>,
): Promise<Rounds> {
  const rounds = { ours: new Array<number>(), peer: new Array<number>() };
  for (let round = 0; round < count; round++) {
    if (round % 2 === 0) rounds.ours.push(await ours());
    rounds.peer.push(await peer());
    if (round % 2 === 1) rounds.ours.push(await ours());
  }
  return rounds;
}

/** The median of the ratios of the rounds: in each, both halves had the same neighbours. */
export function medianRatio({ ours, peer }: Rounds): number {
  return median(ours.map((value, round) => value / (peer[round] ?? Number.NaN)));
}

/** Milliseconds that the work took. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** Runs `work` for 0 to `count - 1`, `width` at a time. */
export async function inParallel(count: number, width: number, work: (index: number) => Promise<void>): Promise<void> {
  const indices = Array.from({ length: count }, (_, index) => index).values();
  const lane = async (): Promise<void> => {
    for (const index of indices) await work(index);
  };
  await Promise.all(Array.from({ length: Math.min(width, count) }, lane));
}

export function milliseconds(value: number): string {
  return `${value < 100 ? value.toFixed(1) : value.toFixed(0)} ms`;
}
