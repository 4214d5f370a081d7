/** A source of numbers that a seed decides (mulberry32): the same seed gives the same run. */
export interface SeededRandom {
  /** From `from` (included) to `to` (excluded). */
  between(from: number, to: number): number;
  /** A whole number of `from` to `to`, both included. */
  whole(from: number, to: number): number;
  /** One of the values, each as likely as its weight. */
  weighted<T>(values: readonly (readonly [weight: number, value: T])[]): T;
}

/** Makes a source of numbers from a seed. */
export function createSeededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  return {
    between: (from, to) => from + next() * (to - from),
    whole: (from, to) => Math.floor(from + next() * (to - from + 1)),
    weighted(values) {
      let rest = next() * values.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, value] of values) {
        rest -= weight;
        if (rest < 0) return value;
      }
      const last = values.at(-1);
      if (last === undefined) throw new Error('nothing to choose from');
      return last[1];
    },
  };
}
