import { jobIdOfBatch } from '../../domain/batch.ts';
import { optionOfCategory } from '../../domain/classification-options.ts';
import { measure, type JudgedFile } from '../../domain/evaluation.ts';
import type { Job } from '../../domain/job.ts';
import { mapBounded } from '../../domain/map-bounded.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { readOutcome } from '../jobs/job-outcome.ts';
import {
  findEvaluationRun,
  recordEvaluationOutcome,
  type EvaluationOutcome,
  type EvaluationRun,
} from './evaluation-runs.ts';

/** Measures the evaluation that a batch was made for, if any, and stores that. Called before anybody sees it ended. */
export async function endEvaluation(
  store: ObjectStore,
  tenant: string,
  batchId: string,
  status: EvaluationOutcome['status'],
): Promise<void> {
  const run = await findEvaluationRun(store, tenant, batchId);
  if (!run || run.outcome) return;
  await recordEvaluationOutcome(store, tenant, batchId, await measureEvaluation(store, tenant, run, status));
}

const readsAtOnce = 16;

/** Measures a finished evaluation from the store's outcomes of its runs. */
export async function measureEvaluation(
  store: ObjectStore,
  tenant: string,
  run: EvaluationRun,
  status: EvaluationOutcome['status'],
): Promise<EvaluationOutcome> {
  const { id, config, items } = run;
  const files = await mapBounded([...items.entries()], readsAtOnce, async ([index, { expectedOutput }]) => ({
    expected: expectedOutput.type,
    ...judgementOf(run, await readOutcome(store, tenant, jobIdOfBatch(id, index))),
  }));
  const { accuracy, classes, numPages, latency } = measure(
    config.classifications.map(({ type }) => type),
    files,
  );
  return {
    status,
    filesProcessed: files.length,
    accuracy,
    numPages,
    classes: [...classes],
    ...(latency && { latency }),
  };
}

function judgementOf({ config }: EvaluationRun, job: Job | undefined): Omit<JudgedFile, 'expected'> {
  if (job?.status !== 'completed') return {};
  const { createdAt, finishedAt, result } = job;
  const predicted = optionOfCategory(config.classifications, result.classification)?.type;
  return {
    ...(predicted !== undefined && { predicted }),
    ...(finishedAt !== undefined && { latencyMs: Date.parse(finishedAt) - Date.parse(createdAt) }),
    pageCount: result.pages.length,
  };
}
