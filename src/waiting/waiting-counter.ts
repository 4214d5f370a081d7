import type { Client } from '@temporalio/client';
import type { Waiting } from '../domain/waiting.ts';
import { callTemporal } from '../temporal/connection.ts';
import { findWaiting } from './find-waiting.ts';

/** How many runs wait for one fault that the operator has to mend. */
export interface WaitingCount extends Pick<Waiting, 'waitsFor' | 'since' | 'detail' | 'code'> {
  /** How many, among those examined if there are more. */
  readonly jobs: number;
  /** Batches, webhooks and operations on many jobs. */
  readonly others: number;
}

const lookedAt = 1000;
const deadlineMs = 2500;
/** How old the answer to a probe may be. */
const trustMs = 5000;

/**
 * Creates a function that counts the waiting runs of all processes, one count for each fault. It finds none if Temporal
 * cannot answer.
 */
export function createWaitingCounter(client: Client): () => Promise<readonly WaitingCount[]> {
  let cached: { readonly at: number; readonly found: Promise<readonly WaitingCount[]> } | undefined;
  return () => {
    if (!cached || performance.now() - cached.at > trustMs) {
      cached = { at: performance.now(), found: callTemporal(client, deadlineMs, () => find(client)).catch(() => []) };
    }
    return cached.found;
  };
}

async function find(client: Client): Promise<readonly WaitingCount[]> {
  const byCode = new Map<string, WaitingCount>();
  for await (const { waiting, isJob } of findWaiting(client, lookedAt)) {
    byCode.set(waiting.code, add(byCode.get(waiting.code), waiting, isJob));
  }
  return [...byCode.values()];
}

function add(
  known: WaitingCount | undefined,
  { waitsFor, since, detail, code }: Waiting,
  isJob: boolean,
): WaitingCount {
  const counted = { jobs: (known?.jobs ?? 0) + (isJob ? 1 : 0), others: (known?.others ?? 0) + (isJob ? 0 : 1) };
  const earliest = known && known.since <= since ? known : { waitsFor, code, since, detail };
  return { ...earliest, ...counted };
}
