import { setTimeout as delay } from 'node:timers/promises';
import type { RunLog } from './run-log.ts';

export interface Liveness {
  /** The longest that `/livez` took of a process that lived all the while, in milliseconds. */
  longestMs(): number;
  stop(): Promise<void>;
}

const pauseMs = 250;
const worthTellingMs = 1_000;

/** Asks `/livez` again and again. What a killed or paused process does not answer does not count. */
export function watchLiveness(url: string, aliveSince: () => number | undefined, log: RunLog): Liveness {
  const stopped = new AbortController();
  let longestMs = 0;

  async function look(): Promise<void> {
    const startedAt = performance.now();
    const isAnswered = await fetch(`${url}/livez`, { signal: AbortSignal.timeout(30_000) }).then(
      async (response) => (await response.text()) !== '',
      () => false,
    );
    const since = aliveSince();
    // Its life began after the question, or has ended meanwhile.
    if (since === undefined || since > startedAt) return;
    const tookMs = performance.now() - startedAt;
    if (tookMs > worthTellingMs || !isAnswered) log.write('slow liveness', { tookMs: Math.round(tookMs), isAnswered });
    longestMs = Math.max(longestMs, tookMs);
  }

  const watching = (async () => {
    while (!stopped.signal.aborted) {
      await look();
      await delay(pauseMs);
    }
  })();
  return {
    longestMs: () => Math.round(longestMs),
    async stop() {
      stopped.abort();
      await watching;
    },
  };
}
