import type { Client } from '@temporalio/client';
import { batchKeys, jobKeys } from '../records/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { describeExecution } from '../temporal/executions.ts';
import type { IsStarted } from './quota.ts';

/** Creates a check of whether a job or batch was started: Temporal knows it, or its result remains. */
export function createIsStarted(client: Client, store: ObjectStore): IsStarted {
  return async (tenant, id) => {
    if (await describeExecution(client, id)) return true;
    const results = [jobKeys(tenant, id).result, batchKeys(tenant, id).result];
    return (await Promise.all(results.map((key) => store.head(key)))).some((found) => found !== undefined);
  };
}
