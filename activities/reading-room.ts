import { cancelled } from '../src/domain/error-sentences.ts';

/** Where content is read: by many together, or by one alone. Who comes first goes in first. */
export interface ReadingRoom {
  /** Resolves with the way out once there is room; rejects with `cancelled` when the signal aborts before. */
  enter(how: 'together' | 'alone', signal: AbortSignal): Promise<() => void>;
}

interface Waiting {
  readonly isAlone: boolean;
  readonly goIn: () => void;
}

export function createReadingRoom(): ReadingRoom {
  let waiting: readonly Waiting[] = [];
  let inside = 0;
  let isTaken = false;

  /** Whoever wants to be alone waits for those inside, and those behind wait for it: nobody waits for ever. */
  function letIn(): void {
    for (;;) {
      const [next, ...rest] = waiting;
      if (!next || isTaken || (next.isAlone && inside > 0)) return;
      waiting = rest;
      inside += 1;
      isTaken = next.isAlone;
      next.goIn();
    }
  }

  function leave(): void {
    inside -= 1;
    isTaken = false;
    letIn();
  }

  return {
    async enter(how, signal) {
      if (signal.aborted) throw cancelled();
      const turn = Promise.withResolvers<void>();
      const mine = { isAlone: how === 'alone', goIn: turn.resolve };
      const abort = (): void => {
        if (!waiting.includes(mine)) return;
        waiting = waiting.filter((each) => each !== mine);
        turn.reject(cancelled());
        letIn();
      };
      waiting = [...waiting, mine];
      signal.addEventListener('abort', abort, { once: true });
      letIn();
      try {
        await turn.promise;
      } finally {
        signal.removeEventListener('abort', abort);
      }
      return leave;
    },
  };
}
