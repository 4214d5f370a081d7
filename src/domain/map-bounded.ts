/**
 * Maps with at most `limit` calls under way, results in order. Every call is awaited even when one throws: the first
 * error is thrown afterwards, so that no activity is left behind unobserved.
 */
export async function mapBounded<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Map<number, R>();
  const errors: unknown[] = [];
  const queue = items.entries();
  async function drain(): Promise<void> {
    for (const [index, item] of queue) {
      if (errors.length > 0) return;
      try {
        results.set(index, await work(item));
      } catch (error) {
        errors.push(error);
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, drain));
  if (errors.length > 0) throw errors[0];
  return items.flatMap((_, index) => results.get(index) ?? []);
}
