import type { Client } from '@temporalio/client';
import { searchAttributeKeys } from '../domain/search-attributes.ts';
import { readWaiting, waitingMemoKey, type Waiting } from '../domain/waiting.ts';
import { callTemporal } from '../temporal/connection.ts';

/** What jobs wait for that only the operator can mend. */
export interface WaitingRuns extends Pick<Waiting, 'waitsFor' | 'since' | 'detail' | 'code'> {
  /** How many; of those that were looked at, where there are more. */
  readonly jobs: number;
}

const lookedAt = 1000;
const deadlineMs = 2500;
/** Probes come from many places; what they read may be so old. */
const trustMs = 5000;

/** Makes what tells of the runs that wait, whichever process they wait in. Empty, too, where Temporal cannot say. */
export function createWaitingRuns(client: Client): () => Promise<readonly WaitingRuns[]> {
  let cached: { readonly at: number; readonly found: Promise<readonly WaitingRuns[]> } | undefined;
  return () => {
    if (!cached || performance.now() - cached.at > trustMs) {
      cached = { at: performance.now(), found: callTemporal(client, deadlineMs, () => find(client)).catch(() => []) };
    }
    return cached.found;
  };
}

async function find(client: Client): Promise<readonly WaitingRuns[]> {
  const query = `ExecutionStatus = 'Running' AND ${searchAttributeKeys.waitingFor.name} IS NOT NULL`;
  const byCode = new Map<string, WaitingRuns>();
  let seen = 0;
  for await (const { memo } of client.workflow.list({ query, pageSize: lookedAt })) {
    const waiting = readWaiting(memo?.[waitingMemoKey]);
    if (waiting) byCode.set(waiting.code, add(byCode.get(waiting.code), waiting));
    seen += 1;
    if (seen >= lookedAt) break;
  }
  return [...byCode.values()];
}

function add(known: WaitingRuns | undefined, { waitsFor, since, detail, code }: Waiting): WaitingRuns {
  if (!known) return { waitsFor, code, since, detail, jobs: 1 };
  const isEarlier = since < known.since;
  return { ...known, ...(isEarlier && { since }), ...(!isEarlier && { detail }), jobs: known.jobs + 1 };
}
