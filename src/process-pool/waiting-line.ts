import { cancelled } from '../domain/error-sentences.ts';

/** Hands out a fixed set of places, first come, first served; of several free ones the place that was used last. */
export interface WaitingLine<Place> {
  /** Resolves with a free place; rejects with `cancelled` when the signal aborts before. */
  enter(signal: AbortSignal): Promise<Place>;
  leave(place: Place): void;
}

export function createWaitingLine<Place>(places: readonly Place[]): WaitingLine<Place> {
  const free = places.toReversed();
  const waiting = new Set<(place: Place) => void>();

  return {
    async enter(signal) {
      if (signal.aborted) throw cancelled();
      const place = free.pop();
      if (place !== undefined) return place;
      const turn = Promise.withResolvers<Place>();
      const abort = (): void => {
        waiting.delete(turn.resolve);
        turn.reject(cancelled());
      };
      waiting.add(turn.resolve);
      signal.addEventListener('abort', abort, { once: true });
      try {
        return await turn.promise;
      } finally {
        signal.removeEventListener('abort', abort);
      }
    },
    leave(place) {
      const [next] = waiting;
      if (next === undefined) {
        free.push(place);
        return;
      }
      waiting.delete(next);
      next(place);
    },
  };
}
