import { findHeldFile } from '../records/files/file-holders.ts';
import { findKeptFile } from '../records/files/files.ts';
import { derivedId } from '../records/ids.ts';
import {
  prepareRunFile,
  toRunFile,
  type RunFile,
  type RunFileDependencies,
  type RunFileRequest,
} from '../records/files/run-files.ts';
import { jobIdOfBatch, type PreparedRun } from '../domain/batch.ts';
import { ClassifierError, normalizeError } from '../domain/errors.ts';
import { mapBounded } from '../domain/map-bounded.ts';
import { jobKeys } from '../records/keys.ts';
import { findBatchRequest, readChunk, type BatchInput, type BatchRequest } from '../records/batches/batch-request.ts';
import { writeJobRequest } from '../records/jobs/job-request.ts';
import { toSource } from './start-run.ts';

export interface PrepareBatchRunsInput {
  readonly tenant: string;
  readonly batchId: string;
  /** Indices of runs in one chunk: the first, and the one after the last. */
  readonly first: number;
  readonly end: number;
}

const runsAtOnce = 8;

/**
 * Creates the preparer of a batch's runs: the file of each, its `request.json`, and the input of its workflow.
 * Repeating it changes nothing. A bad input refuses its own run; an outage of the store throws.
 */
export function createBatchPreparer(dependencies: RunFileDependencies) {
  return async function prepareBatchRuns(
    { tenant, batchId, first, end }: PrepareBatchRunsInput,
    signal: AbortSignal,
  ): Promise<readonly PreparedRun[]> {
    const { store } = dependencies;
    const batch = await findBatchRequest(store, tenant, batchId);
    const chunk = batch && (await readChunk(store, tenant, batchId, first));
    if (!batch || !chunk) throw new ClassifierError('document_missing', 'The inputs of this batch are gone.');
    const inputs = chunk.inputs.slice(first - chunk.first, end - chunk.first);
    return mapBounded([...inputs.entries()], runsAtOnce, async ([offset, input]) => {
      const jobId = jobIdOfBatch(batchId, first + offset);
      return prepareRun(dependencies, { tenant, batchId, jobId, batch, input, signal });
    });
  };
}

interface RunOfBatch {
  readonly tenant: string;
  readonly batchId: string;
  readonly jobId: string;
  readonly batch: BatchRequest;
  readonly input: BatchInput;
  readonly signal: AbortSignal;
}

async function prepareRun(dependencies: RunFileDependencies, place: RunOfBatch): Promise<PreparedRun> {
  const { tenant, batchId, jobId, batch, input, signal } = place;
  const { store } = dependencies;
  const fileId = input.file.kind === 'id' ? input.file.id : fileIdOfRun(jobId, batch);
  const request = { tenant, jobId, fileId, input: input.file, signal };
  const write = (url: string | undefined) =>
    writeJobRequest(store, tenant, jobId, {
      run: { ...batch.run, file: { id: fileId }, batchId, createdAt: batch.createdAt },
      ...(input.metadata && { metadata: input.metadata }),
      ...(url !== undefined && { url }),
    });
  // A file that is created here is found through the request, if nobody is left to start the run.
  if (input.file.kind !== 'id') await write(input.file.kind === 'url' ? input.file.url : undefined);
  const found = await findOrRefuse(dependencies, request);
  if (input.file.kind === 'id') await write('file' in found && 'url' in found.source ? found.source.url : undefined);
  // A refused document is never read.
  if (!('file' in found)) return { source: { kind: 'stored', key: jobKeys(tenant, jobId).source }, refusal: found };
  return { source: toSource({ tenant, jobId, source: found.source }), fileId, fileName: found.file.name };
}

/** The same in each attempt, so that each input has one file. */
export function fileIdOfRun(jobId: string, { createdAt }: Pick<BatchRequest, 'createdAt'>): string {
  return derivedId('file', new Date(createdAt), jobId);
}

type Refusal = NonNullable<PreparedRun['refusal']>;

async function findOrRefuse(dependencies: RunFileDependencies, request: RunFileRequest): Promise<RunFile | Refusal> {
  try {
    const { store } = dependencies;
    const { tenant, jobId, fileId, input } = request;
    // Held since the batch was accepted; or created by an earlier attempt, and perhaps fetched since.
    const earlier = await (input.kind === 'id'
      ? findHeldFile(store, tenant, fileId, { kind: 'job', jobId })
      : findKeptFile(store, tenant, fileId));
    return earlier ? toRunFile(earlier) : await prepareRunFile(dependencies, request);
  } catch (error) {
    const { code, detail, retryable } = normalizeError(error);
    if (retryable) throw error;
    return { code: code === 'not_found' ? 'document_missing' : code, detail };
  }
}
