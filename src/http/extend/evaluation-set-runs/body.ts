import type { EvaluationOutcome } from '../../../records/evaluations/evaluation-runs.ts';
import type { EvaluationFacts } from '../../../jobs/evaluation-service.ts';
import { batchRunStatuses } from '../batches/schemas.ts';
import { toClassifierSummary, toVersionSummary } from '../classifiers/body.ts';
import type { EvaluationMetricsBody, EvaluationRunBody } from './schemas.ts';

export function toEvaluationRunBody({ run, resolved, status, filesProcessed }: EvaluationFacts): EvaluationRunBody {
  const { id, evaluationSetId, items, outcome, createdAt, updatedAt } = run;
  return {
    object: 'evaluation_set_run',
    id,
    evaluationSetId,
    entity: toClassifierSummary(resolved.classifier),
    entityVersion: toVersionSummary(resolved.version),
    metrics: {
      type: 'CLASSIFY',
      numFilesTotal: items.length,
      numFilesProcessed: filesProcessed,
      numFiles: filesProcessed,
      ...(outcome && toMeasures(outcome)),
    },
    status: batchRunStatuses[status],
    options: {},
    createdAt,
    updatedAt,
  };
}

function toMeasures({ accuracy, numPages, classes, latency }: EvaluationOutcome): Partial<EvaluationMetricsBody> {
  return {
    accuracy,
    numPages,
    classificationMetrics: Object.fromEntries(classes),
    ...(latency && {
      meanLatencyMs: latency.meanMs,
      p50LatencyMs: latency.p50Ms,
      p90LatencyMs: latency.p90Ms,
      p95LatencyMs: latency.p95Ms,
      p99LatencyMs: latency.p99Ms,
    }),
  };
}
