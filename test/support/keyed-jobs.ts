import { createHash } from 'node:crypto';
import { pino } from 'pino';
import { createDependencies } from '../../src/dependencies.ts';
import type { JobService, StartJobRequest } from '../../src/jobs/job-service.ts';
import { startJob, type StartedJob } from '../../src/jobs/start-job.ts';
import { jobKeys } from '../../src/records/keys.ts';
import { sampleInvoice } from './documents.ts';
import { hookedStore, type Hook } from './hooked-store.ts';
import type { TestService } from './service.ts';

const tenant = 'acme';

export interface JobsBeside extends JobService {
  start(request: StartJobRequest): Promise<StartedJob>;
}

/** The jobs as a second API process has them, in whose store something happens at certain steps. */
export function jobsBeside({ store, config, namespace }: TestService, ...hooks: readonly Hook[]): JobsBeside {
  const hooked = hookedStore(store, ...hooks);
  const { client } = namespace;
  const { jobs } = createDependencies(config, pino({ level: 'silent' }), { store: hooked }).forApi(client);
  return { ...jobs, start: (request) => startJob({ client, store: hooked, patienceSeconds: 60 }, request) };
}

/** As the API makes it of an upload with an Idempotency-Key, which is in the store by then. */
export async function keyedRequest({ store }: TestService, jobId: string, uploadId: string): Promise<StartJobRequest> {
  const key = jobKeys(tenant, jobId).sourceOf(uploadId);
  await store.put(key, sampleInvoice);
  const sha256 = createHash('sha256').update(sampleInvoice).digest('hex');
  return {
    tenant,
    jobId,
    source: { document: { key, sha256, sizeBytes: sampleInvoice.length, type: 'pdf' } },
    categories: [{ name: 'invoice' }, { name: 'letter' }],
    selection: { ranges: [], maxPages: 10 },
    isIdempotent: true,
    requestId: 'request-of-a-test',
  };
}

/** The documents that lie with a job. */
export async function uploadsOf({ store }: TestService, jobId: string): Promise<readonly string[]> {
  const keys = await Array.fromAsync(store.list(jobKeys(tenant, jobId).prefix), ({ key }) => key);
  return keys.filter((key) => key.includes('/source-'));
}
