import type { Client } from '@temporalio/client';
import type { ClassifyConfig } from '../records/classifiers/classify-config.ts';
import { readFile } from '../records/files/files.ts';
import { newId } from '../records/ids.ts';
import { deleteJobObjects } from '../records/jobs/job-deletion.ts';
import { prepareRunFile, type RunFileDependencies, type RunFileInput } from '../records/files/run-files.ts';
import { questionOf, type PageLimits } from '../records/classifiers/run-question.ts';
import { writeJobRequest, type RunRequest } from '../records/jobs/job-request.ts';
import { startCounted, undoIfRefused } from './counted-start.ts';
import type { Quotas } from './quota.ts';
import { checkRequest } from './run-template.ts';
import { toJobRequest } from './start-job.ts';
import type { StartJobRequest } from './start-job-request.ts';
import { startRun } from './start-run.ts';
import { admitJob } from './submit-job.ts';

export interface CreateRunRequest {
  readonly tenant: string;
  readonly file: RunFileInput;
  /** The whole configuration, with the override merged in. */
  readonly config: ClassifyConfig;
  readonly classifier?: RunRequest['classifier'];
  /** Returned unchanged. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  /** 0 (first) to 100. */
  readonly priority?: number | undefined;
  /** The rule by which the run waits for a person. */
  readonly review?: StartJobRequest['review'] | undefined;
  readonly patienceSeconds?: number | undefined;
  /** Of the HTTP request, for the logs of workers. */
  readonly requestId?: string | undefined;
  readonly signal: AbortSignal;
}

export interface CreateRunDependencies extends RunFileDependencies {
  readonly client: Client;
  readonly quotas: Quotas;
  readonly pageLimits: PageLimits;
  readonly patienceSeconds: number;
}

/**
 * Starts a run: stores its request, then its file, then starts its workflow; from there it cannot be lost. A refused
 * run leaves nothing behind, and an interrupted one is found through its request. Resolves with the job's id.
 */
export async function createRun(dependencies: CreateRunDependencies, request: CreateRunRequest): Promise<string> {
  const { store, quotas } = dependencies;
  const { tenant, file: input, signal } = request;
  const jobId = await admitJob(quotas, tenant);
  const known = input.kind === 'id' ? await readFile(store, tenant, input.id) : undefined;
  const fileId = known?.id ?? newId('file');
  const job = toJob(dependencies, request, jobId, fileId);
  checkRequest(job, { ...(job.review && { review: job.review }) });
  const url = known ? known.url : urlOf(input);
  const start = async (): Promise<void> => {
    const stored = toJobRequest({ ...job, ...(url !== undefined && { source: { url } }) });
    if (stored) await writeJobRequest(store, tenant, jobId, stored);
    const { file, source } = await prepareRunFile(dependencies, { tenant, jobId, fileId, input, signal });
    await startCounted(await quotas.take(tenant, jobId), async () => {
      await startRun(dependencies, { ...job, source, fileName: file.name });
      return true;
    });
  };
  await undoIfRefused(start, () => deleteJobObjects(store, tenant, jobId));
  return jobId;
}

function urlOf(input: RunFileInput): string | undefined {
  return input.kind === 'url' ? input.url : undefined;
}

function toJob(
  { pageLimits }: CreateRunDependencies,
  { tenant, config, classifier, metadata, priority, review, patienceSeconds, requestId }: CreateRunRequest,
  jobId: string,
  fileId: string,
): Omit<StartJobRequest, 'source'> {
  return {
    tenant,
    jobId,
    requestId,
    ...questionOf(config, pageLimits),
    run: {
      config,
      file: { id: fileId },
      source: 'API',
      createdAt: new Date().toISOString(),
      ...(classifier && { classifier }),
      ...(review && { review }),
    },
    ...(metadata && { metadata }),
    ...(review && { review }),
    ...(patienceSeconds !== undefined && { patienceSeconds }),
    ...(priority !== undefined && { priority: priorityKeyOf(priority) }),
  };
}

/** Maps Extend's priority (0 to 100, lower first) to one of Temporal's five; a run without one has the middle one. */
export function priorityKeyOf(priority: number): number {
  return Math.min(5, 1 + Math.floor(priority / 20));
}
