import { chooseEvaluation, type EvaluationChoice } from '../records/evaluations/choose-evaluation.ts';
import { resolveClassifier, type ResolvedClassifier } from '../records/classifiers/classifier-versions.ts';
import { createEvaluationRun, readEvaluationRun, type EvaluationRun } from '../records/evaluations/evaluation-runs.ts';
import { measureEvaluation } from '../records/evaluations/measure-evaluation.ts';
import { newId } from '../records/ids.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { BatchService } from './batch-service.ts';
import type { BatchStatus } from './read-batch.ts';

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
  /** Throws `not_found`. */
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
      // Its batch was terminated, or ended under an earlier version: nobody has measured it.
      const outcome = await measureEvaluation(store, tenant, run, status);
      return { run: { ...run, outcome }, resolved, ...outcome };
    },
  };
}
