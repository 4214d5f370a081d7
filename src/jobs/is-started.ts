import type { Client } from '@temporalio/client';
import { batchKeys, jobKeys } from '../records/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { describeExecution } from '../temporal/executions.ts';
import type { IsStarted } from './quota.ts';

/**
 * Makes what tells whether a job or a batch was started: Temporal knows it, or it is so long ago that only its result
 * is left.
 */
export function createIsStarted(client: Client, store: ObjectStore): IsStarted {
  return async (tenant, id) => {
    if (await describeExecution(client, id)) return true;
    const results = [jobKeys(tenant, id).result, batchKeys(tenant, id).result];
    return (await Promise.all(results.map((key) => store.head(key)))).some((found) => found !== undefined);
  };
}
