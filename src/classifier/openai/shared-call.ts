import { untilAborted } from './until-aborted.ts';

/** One call shared by all callers at the same time. */
export interface SharedCall<T> {
  /**
   * Resolves with the answer, or rejects with the signal's reason. The call is aborted when its last caller has gone.
   */
  join(signal: AbortSignal): Promise<T>;
}

interface SharedCallOptions<T> {
  readonly work: (signal: AbortSignal) => Promise<T>;
  /** Called when the call has failed or was abandoned: later callers must start another. */
  readonly onLost: () => void;
}

export function shareCall<T>({ work, onLost }: SharedCallOptions<T>): SharedCall<T> {
  const controller = new AbortController();
  const answer = work(controller.signal);
  let waiting = 0;
  let isOver = false;
  void watch();

  async function watch(): Promise<void> {
    try {
      await answer;
    } catch {
      onLost();
    } finally {
      isOver = true;
    }
  }

  return {
    async join(signal) {
      waiting += 1;
      try {
        return await untilAborted(answer, signal);
      } finally {
        waiting -= 1;
        if (waiting === 0 && !isOver) {
          onLost();
          controller.abort();
        }
      }
    },
  };
}
