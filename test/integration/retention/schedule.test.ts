import { randomUUID } from 'node:crypto';
import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { ScheduleNotFoundError } from '@temporalio/client';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { taskQueues } from '../../../src/domain/contract.ts';
import { defaultTenant } from '../../../src/domain/job.ts';
import type { Retention } from '../../../src/domain/retention.ts';
import { createJobReader } from '../../../src/jobs/read-job.ts';
import { prepareRetention } from '../../../src/startup/prepare-retention.ts';
import { retentionScheduleId } from '../../../src/startup/retention-schedule.ts';
import { createMinioStore } from '../../../src/storage/minio-store.ts';
import type { LifecycleRule, ObjectStore } from '../../../src/storage/object-store.ts';
import { hasTombstone, writeTombstone } from '../../../src/records/jobs/tombstones.ts';
import type { deleteExpiredJobs } from '../../../workflows/index.ts';
import { sampleInvoice } from '../../support/documents.ts';
import { createNamespace, type TestNamespace } from '../../support/namespace.ts';
import { classify, startService } from '../../support/service.ts';

const logger = pino({ level: 'silent' });
let namespace: TestNamespace;
beforeAll(async () => {
  namespace = await createNamespace();
});
afterAll(() => namespace[Symbol.asyncDispose]());

async function createBucket(): Promise<ObjectStore> {
  const store = createMinioStore({ ...inject('s3'), bucket: `schedule-${randomUUID()}` });
  await store.check();
  return store;
}

function prepare(store: ObjectStore, retention: Retention): Promise<void> {
  return prepareRetention({ client: namespace.client, store, retention, logger });
}

function describeSchedule() {
  return namespace.client.schedule.getHandle(retentionScheduleId).describe();
}

describe('the schedule of the sweep', () => {
  test('is one, however many workers start, and says what the settings say', async () => {
    const store = await createBucket();

    await Promise.all([1, 2, 3].map(() => prepare(store, { jobDays: 30, uploadDays: 7 })));
    const first = await describeSchedule();
    await prepare(store, { jobDays: 90 });
    const second = await describeSchedule();

    expect(first.action).toMatchObject({
      workflowType: 'deleteExpiredJobs',
      taskQueue: 'document-classification',
      args: [{ jobDays: 30, uploadDays: 7 }],
    });
    expect(first.policies.overlap).toBe('SKIP');
    expect(second.action.args).toEqual([{ jobDays: 90 }]);
  });

  test('stays paused when an operator paused it', async () => {
    const store = await createBucket();
    await prepare(store, { jobDays: 30 });
    await namespace.client.schedule.getHandle(retentionScheduleId).pause('audit');

    await prepare(store, { jobDays: 60 });

    const { state, action } = await describeSchedule();
    expect(state).toMatchObject({ paused: true, note: 'audit' });
    expect(action.args).toEqual([{ jobDays: 60 }]);
  });

  test('is gone when nothing is to be deleted any more', async () => {
    const store = await createBucket();
    await prepare(store, { jobDays: 30 });

    await prepare(store, {});
    await prepare(store, {});

    await expect(describeSchedule()).rejects.toThrow(ScheduleNotFoundError);
  });

  test('starts a sweep, after which a job whose time is over is not found any more', async () => {
    const service = await startService({ RETENTION_DAYS: '1' });
    onTestFinished(() => service[Symbol.asyncDispose]());
    const { client } = service.namespace;
    const { job_id } = await classify(service.url, { file: sampleInvoice });
    const count = async () => (await client.workflow.count(`WorkflowId = '${job_id}' AND CloseTime IS NOT NULL`)).count;
    await expect.poll(count, { timeout: 20_000 }).toBe(1);
    const schedule = client.schedule.getHandle(retentionScheduleId);
    await schedule.update((previous) => ({ ...previous, action: { ...previous.action, args: [{ jobDays: 1e-8 }] } }));

    await schedule.trigger();

    const runs = async () => (await schedule.describe()).info.recentActions.map(({ action }) => action.workflow);
    await expect.poll(runs, { timeout: 20_000 }).toHaveLength(1);
    const [run] = await runs();
    const sweep = client.workflow.getHandle<typeof deleteExpiredJobs>(run?.workflowId ?? '');
    expect(await sweep.result()).toEqual({ executions: 1, storedJobs: 0, abandonedUploads: 0 });
    const reader = createJobReader({
      client,
      store: service.store,
      questions: { slots: 2, share: 0.5 },
    });
    await expect(reader.read(defaultTenant, job_id)).rejects.toMatchObject({ code: 'not_found' });
  });
});

test('a sweep deletes what hid a deleted job, once Temporal has forgotten that', async () => {
  const service = await startService();
  onTestFinished(() => service[Symbol.asyncDispose]());
  const ids = [randomUUID(), randomUUID()];
  for (const id of ids) await writeTombstone(service.store, 'acme', id, 'run');
  const files = await readdir(service.directory, { recursive: true });
  const old = files.find((name) => name.endsWith(ids[0] ?? '')) ?? '';
  const twoDaysAgo = Date.now() / 1000 - 2 * 24 * 60 * 60;
  await utimes(join(service.directory, old), twoDaysAgo, twoDaysAgo);

  await service.namespace.client.workflow.execute<typeof deleteExpiredJobs>('deleteExpiredJobs', {
    workflowId: `sweep-${randomUUID()}`,
    taskQueue: taskQueues.workflow,
    args: [{ uploadDays: 1 }],
  });

  const left = await Promise.all(ids.map((id) => hasTombstone(service.store, 'acme', id, 'run')));
  expect(left).toEqual([false, true]);
});

describe('the lifecycle rules of the bucket', () => {
  function withRulesSeen(store: ObjectStore) {
    const seen = new Map<string, readonly LifecycleRule[]>();
    const lifecycle = store.lifecycle && {
      replaceRules: (idPrefix: string, rules: readonly LifecycleRule[]) => {
        seen.set(idPrefix, rules);
        return store.lifecycle?.replaceRules(idPrefix, rules) ?? Promise.resolve('unchanged' as const);
      },
    };
    return { store: { ...store, ...(lifecycle && { lifecycle }) }, seen };
  }

  test('reach the jobs of each tenant and nothing else, a month after the sweep should have', async () => {
    const { store, seen } = withRulesSeen(await createBucket());
    for (const key of ['tenants/acme/jobs/1/source', 'tenants/globex/webhook-secret.json', 'tenants/No Tenant/x']) {
      await store.put(key, Buffer.from('x'));
    }

    await prepare(store, { jobDays: 90, uploadDays: 7 });

    expect(seen.get('pigeonhole-jobs-')).toEqual([
      { id: 'pigeonhole-jobs-acme', prefix: 'tenants/acme/jobs/', expirationDays: 120 },
      { id: 'pigeonhole-jobs-globex', prefix: 'tenants/globex/jobs/', expirationDays: 120 },
    ]);
    expect(seen.get('pigeonhole-uploads')).toEqual([
      { id: 'pigeonhole-uploads', prefix: 'tenants/', abortUploadDays: 7 },
    ]);
    expect(await store.lifecycle?.replaceRules('pigeonhole-jobs-', seen.get('pigeonhole-jobs-') ?? [])).toBe(
      'unchanged',
    );

    await prepare(store, {});
    expect(await store.lifecycle?.replaceRules('pigeonhole-', [])).toBe('unchanged');
  });
});
