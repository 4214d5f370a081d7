import { untilAborted } from './until-aborted.ts';

/** One call for all who need its answer at the same time. */
export interface SharedCall<T> {
  /** The answer, or the signal's reason. The call itself is aborted when the last who waits has gone. */
  join(signal: AbortSignal): Promise<T>;
}

interface SharedCallOptions<T> {
  readonly work: (signal: AbortSignal) => Promise<T>;
  /** Called when the call has failed or was given up: whoever comes later must start another. */
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
