import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { mapBounded } from '../domain/map-bounded.ts';
import { goOnSignalName } from '../domain/waiting.ts';
import type { Logger } from '../logger.ts';
import type { Circuit } from './circuit.ts';
import { listWaiting } from './find-waiting.ts';

interface ResumeOptions {
  readonly client: Client;
  readonly circuits: readonly Circuit[];
  readonly logger: Logger;
}

export interface RunResumer {
  /** Stops, and resolves when nothing is under way. */
  stop(): Promise<void>;
}

/** Enough to wake a thousand runs within seconds, and little beside what the runs themselves ask of Temporal. */
const signalsAtOnce = 4;
/** Temporal's visibility shows a waiting run a moment later. */
const visibilityLagMs = 1000;
/** Runs that still wait after so many rounds wait for another worker's fault, and come back by themselves. */
const maxRounds = 5;

/**
 * Wakes waiting runs when a circuit closes, and when a process starts, because the operator may just have mended it. A
 * check comes first, so that a setting that is still wrong wakes nobody. Each run also comes back by itself, but later.
 */
export function resumeRuns({ client, circuits, logger }: ResumeOptions): RunResumer {
  const stopping = new AbortController();
  const working = new Set<Promise<void>>();

  function start(work: () => Promise<void>): void {
    const started = work()
      .catch((error: unknown) => {
        if (!stopping.signal.aborted)
          logger.warn({ error }, 'waiting runs could not be told to go on, they do so by themselves');
      })
      .finally(() => working.delete(started));
    working.add(started);
  }

  async function wake(circuit: Circuit): Promise<void> {
    let woken = 0;
    for (let round = 0; round < maxRounds; round++) {
      let pageToken: string | undefined;
      let found = 0;
      do {
        const page = await listWaiting(client, circuit.waitsFor, pageToken);
        found += page.runs.length;
        await mapBounded(page.runs, signalsAtOnce, async ({ workflowId, runId }) => {
          if (stopping.signal.aborted || circuit.fault) return;
          await signal(workflowId, runId);
          woken += 1;
        });
        pageToken = page.nextPageToken;
      } while (pageToken !== undefined && !circuit.fault && !stopping.signal.aborted);
      if (circuit.fault || stopping.signal.aborted || (found === 0 && round > 0)) break;
      await delay(visibilityLagMs, undefined, { signal: stopping.signal });
    }
    if (woken > 0) logger.info({ waitsFor: circuit.waitsFor, woken }, 'waiting runs were told to go on');
  }

  /** A run that has ended meanwhile needs no signal. */
  async function signal(workflowId: string, runId: string): Promise<void> {
    try {
      await client.workflow.getHandle(workflowId, runId).signal(goOnSignalName);
    } catch (error) {
      logger.debug({ error, jobId: workflowId }, 'a waiting run could not be told to go on');
    }
  }

  async function wakeAtStart(circuit: Circuit): Promise<void> {
    const { runs } = await listWaiting(client, circuit.waitsFor);
    // A circuit that opens by this check wakes them when it closes.
    if (runs.length > 0 && !circuit.fault && (await circuit.verify())) await wake(circuit);
  }

  for (const circuit of circuits) {
    circuit.onClosed(() => {
      if (!stopping.signal.aborted) start(() => wake(circuit));
    });
    start(() => wakeAtStart(circuit));
  }
  return {
    async stop() {
      stopping.abort();
      await Promise.all(working);
    },
  };
}
