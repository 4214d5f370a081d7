import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long a computation may hold the event loop. Requests and heartbeats of the same process wait as long. */
const longestHoldMs = 10;

/** Makes what is awaited between the pieces of a long computation, so that all else gets its turn. */
export function createPause(): () => Promise<void> {
  let heldSince = performance.now();
  return async () => {
    if (performance.now() - heldSince < longestHoldMs) return;
    await nextTurn();
    heldSince = performance.now();
  };
}
