import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { TypedSearchAttributes } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { taskQueues, workflowTypes } from '../../../src/domain/contract.ts';
import { searchAttributeKeys } from '../../../src/domain/search-attributes.ts';
import { createJobReader } from '../../../src/jobs/read-job.ts';
import { isStanding } from '../../../src/jobs/standing-rerun.ts';
import { writeJson } from '../../../src/records/json-documents.ts';
import { operationKeys } from '../../../src/records/keys.ts';
import { createObjectStore } from '../../../src/storage/create-store.ts';
import type { ObjectStore } from '../../../src/storage/object-store.ts';
import { createNamespace, type TestNamespace } from '../../support/namespace.ts';

const tenant = 'acme';
const operationId = 'rerun_1';
let namespace: TestNamespace;
let directory: string;
let store: ObjectStore;

beforeAll(async () => {
  namespace = await createNamespace();
  directory = await mkdtemp(join(tmpdir(), 'standing-rerun-'));
  store = createObjectStore({ kind: 'folder', directory });
});
afterAll(async () => {
  await namespace[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

function stands(claim: { readonly jobId: string; readonly claimedAt: string }): Promise<boolean> {
  const { client } = namespace;
  const reader = createJobReader({ client, store, questions: { slots: 2, share: 0.5 } });
  return isStanding({ client, store, reader }, tenant, { ...claim, fingerprint: 'f', operationId });
}

describe('a rerun', () => {
  test('that is under way stands however old it is, and no more as soon as its cancellation was asked for', async () => {
    const claim = { jobId: randomUUID(), claimedAt: '2026-01-01T00:00:00Z' };
    // No worker is there to heed the cancellation.
    const handle = await namespace.client.workflow.start(workflowTypes.classifyDocument, {
      workflowId: claim.jobId,
      taskQueue: taskQueues.workflow,
      typedSearchAttributes: new TypedSearchAttributes([{ key: searchAttributeKeys.tenant, value: tenant }]),
    });

    expect(await stands(claim)).toBe(true);
    await handle.cancel();
    expect(await stands(claim)).toBe(false);
  });

  test('that is claimed and not there stands for some minutes, and no longer than its operation lasts', async () => {
    const claim = { jobId: randomUUID(), claimedAt: new Date().toISOString() };

    expect(await stands({ ...claim, claimedAt: '2026-01-01T00:00:00Z' })).toBe(false);
    expect(await stands(claim)).toBe(true);
    const counts = { done: 0, skipped: 0, failed: 0 };
    const outcome = { schemaVersion: 1, status: 'cancelled', finishedAt: claim.claimedAt, counts, errors: [] };
    await writeJson(store, operationKeys(tenant, operationId).result, outcome);
    expect(await stands(claim)).toBe(false);
  });
});
