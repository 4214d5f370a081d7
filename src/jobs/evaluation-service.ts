import { chooseEvaluation, type EvaluationChoice } from '../records/evaluations/choose-evaluation.ts';
import { resolveClassifier, type ResolvedClassifier } from '../records/classifiers/classifier-versions.ts';
import {
  createEvaluationRun,
  readEvaluationRun,
  recordEvaluationOutcome,
  type EvaluationRun,
  type EvaluationOutcome,
} from '../records/evaluations/evaluation-runs.ts';
import { newId } from '../records/ids.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { BatchService } from './batch-service.ts';
import type { BatchStatus } from './read-batch.ts';
import { jobIdOfBatch } from '../domain/batch.ts';
import { optionOfCategory } from '../domain/classification-options.ts';
import { measure, type JudgedFile } from '../domain/evaluation.ts';
import type { Job } from '../domain/job.ts';
import { mapBounded } from '../domain/map-bounded.ts';
import { readOutcome } from '../records/jobs/job-outcome.ts';

export interface StartEvaluationRequest extends EvaluationChoice {
  /** Of the HTTP request, for the logs of workers. */
  readonly requestId?: string | undefined;
}

/** An evaluation and its present state. */
export interface EvaluationFacts {
  readonly run: EvaluationRun;
  readonly resolved: ResolvedClassifier;
  readonly status: BatchStatus;
  /** How many of its files are judged, or can no longer be. */
  readonly filesProcessed: number;
}

/** Evaluations. Another tenant's throw the same `not_found` as an id that never existed. */
export interface EvaluationService {
  /**
   * Resolves when its batch cannot be lost any more. Throws `not_found` for a missing reference, `invalid_request` when
   * there is nothing to run.
   */
  start(request: StartEvaluationRequest): Promise<EvaluationFacts>;
  /** Measures it when it is found to have ended, and keeps that. */
  read(tenant: string, runId: string): Promise<EvaluationFacts>;
}

export interface EvaluationServiceDependencies {
  readonly store: ObjectStore;
  readonly batches: Pick<BatchService, 'start' | 'read' | 'counts'>;
}

export function createEvaluationService(dependencies: EvaluationServiceDependencies): EvaluationService {
  const { store, batches } = dependencies;

  return {
    async start(request) {
      const { tenant, requestId } = request;
      const { set, items, resolved } = await chooseEvaluation(store, request);
      const { classifier, version } = resolved;
      const createdAt = new Date();
      const at = createdAt.toISOString();
      const run: EvaluationRun = {
        id: newId('batchRun', createdAt),
        evaluationSetId: set.id,
        classifier: { id: classifier.id, versionId: version.id },
        config: version.config,
        items: items.map(({ id, file, expectedOutput }) => ({ id, fileId: file.id, expectedOutput })),
        createdAt: at,
        updatedAt: at,
      };
      await createEvaluationRun(store, tenant, run);
      const { status } = await batches.start({
        tenant,
        batchId: run.id,
        config: run.config,
        classifier: run.classifier,
        source: 'EVALUATION',
        requestId,
        inputs: run.items.map(({ fileId }) => ({ file: { kind: 'id', id: fileId } })),
      });
      return { run, resolved, status, filesProcessed: 0 };
    },

    async read(tenant, runId) {
      const run = await readEvaluationRun(store, tenant, runId);
      const { id, versionId: version } = run.classifier;
      const resolved = await resolveClassifier(store, tenant, { id, version });
      if (run.outcome) return { run, resolved, ...run.outcome };
      const batch = await batches.read(tenant, runId);
      const { status } = batch;
      if (status === 'pending' || status === 'processing') {
        const { processed, failed, cancelled } = await batches.counts(tenant, batch);
        return { run, resolved, status, filesProcessed: processed + failed + cancelled };
      }
      const outcome = await measureEvaluation(store, tenant, run, status);
      const ended = await recordEvaluationOutcome(store, tenant, runId, outcome);
      return { run: ended, resolved, ...outcome };
    },
  };
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
