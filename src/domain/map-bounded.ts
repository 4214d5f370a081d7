/**
 * Maps with at most `limit` calls at a time; results are in order. Waits for every call even when one throws, and then
 * throws the first error: no activity is left unobserved.
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
