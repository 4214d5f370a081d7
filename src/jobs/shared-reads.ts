/** Returns the result of `read`, or of another read of the same key that began no earlier than this call. */
export type SharedReads<T> = (key: string, read: () => Promise<T>) => Promise<T>;

interface UnderWay<T> {
  readonly running: Promise<T>;
  /** Begins when the current read ends, for all callers since. */
  next?: Promise<T>;
}

/**
 * Merges simultaneous reads: at most two reads of a key are running or due. No caller gets a read that began before the
 * call and may miss what the caller has just written.
 */
export function createSharedReads<T>(): SharedReads<T> {
  const underWay = new Map<string, UnderWay<T>>();

  function begin(key: string, read: () => Promise<T>): Promise<T> {
    const entry: UnderWay<T> = { running: read() };
    underWay.set(key, entry);
    const end = (): void => {
      if (!entry.next) underWay.delete(key);
    };
    entry.running.then(end, end);
    return entry.running;
  }

  return function share(key, read) {
    const found = underWay.get(key);
    if (!found) return begin(key, read);
    const beginNext = (): Promise<T> => begin(key, read);
    found.next ??= found.running.then(beginNext, beginNext);
    return found.next;
  };
}
