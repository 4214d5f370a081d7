/** Gives what `read` gives, or what another read of the same key gives that began no earlier than this call. */
export type SharedReads<T> = (key: string, read: () => Promise<T>) => Promise<T>;

interface UnderWay<T> {
  readonly running: Promise<T>;
  /** Begins when that one ends: for all who came meanwhile. */
  next?: Promise<T>;
}

/**
 * Makes one read of many that come at once: two of a key at most are under way or ahead. Nobody is given a read that
 * had begun before they came, which may not know what they have just written.
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
