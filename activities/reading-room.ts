import { cancelled } from '../src/domain/error-sentences.ts';

/** Lets many read content together, or one alone. First come, first served. */
export interface ReadingRoom {
  /** Resolves with a function that leaves, once there is room. Rejects with `cancelled` if the signal aborts before. */
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

  /** A lone reader waits for those inside, and later ones wait for it, so nobody starves. */
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
