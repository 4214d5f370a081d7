import type { Client } from '@temporalio/client';
import { searchAttributeKeys } from '../domain/search-attributes.ts';
import { hasSearchAttribute } from '../temporal/register-search-attributes.ts';

/** An operator who creates it while runs wait sees it in use a minute later, without a restart. */
const askAgainMs = 60_000;

interface Finding {
  /** Of `performance.now()`. */
  readonly trustedUntil: number;
  readonly isThere: Promise<boolean>;
}

const findings = new WeakMap<Client, Finding>();

/**
 * Whether the namespace has the search attribute `WaitingFor`. A run that set a missing one would get stuck: Temporal
 * refuses the workflow task, again and again. False, too, if Temporal cannot answer: a run waits as well without it.
 */
export function hasWaitingLabel(client: Client): Promise<boolean> {
  const known = findings.get(client);
  if (known && performance.now() < known.trustedUntil) return known.isThere;
  const isThere = ask(client);
  findings.set(client, { trustedUntil: performance.now() + askAgainMs, isThere });
  return isThere;
}

async function ask(client: Client): Promise<boolean> {
  const isThere = (await hasSearchAttribute(client, searchAttributeKeys.waitingFor.name)) === true;
  if (isThere) findings.set(client, { trustedUntil: Number.POSITIVE_INFINITY, isThere: Promise.resolve(true) });
  return isThere;
}
