import { z } from 'zod';
import { ClassifierError } from '../../domain/errors.ts';
import { readJson, updateJson, writeJson } from '../json-documents.ts';
import { evaluationRunKey } from './evaluation-keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { storedConfigSchema } from '../classifiers/classify-config.ts';
import { isId } from '../ids.ts';

/**
 * One evaluation of a classifier by the items of a set. Its runs are those of the batch that has the same id, in the
 * order of the items.
 */
export type EvaluationRun = z.infer<typeof evaluationRunSchema>;

/** The end of an evaluation and its metrics. */
export type EvaluationOutcome = z.infer<typeof outcomeSchema>;

const latencySchema = z.object({
  meanMs: z.number(),
  p50Ms: z.number(),
  p90Ms: z.number(),
  p95Ms: z.number(),
  p99Ms: z.number(),
});

const outcomeSchema = z.object({
  status: z.enum(['processed', 'failed', 'cancelled']),
  filesProcessed: z.number(),
  accuracy: z.number(),
  numPages: z.number(),
  latency: latencySchema.optional(),
  /** Pairs, as a type may be called anything. */
  classes: z.array(
    z.tuple([
      z.string(),
      z.object({
        countExpected: z.number(),
        countPredicted: z.number(),
        countCorrect: z.number(),
        precision: z.number(),
        recall: z.number(),
        f1: z.number(),
      }),
    ]),
  ),
});

const evaluationRunSchema = z.object({
  id: z.string(),
  evaluationSetId: z.string(),
  classifier: z.object({ id: z.string(), versionId: z.string() }),
  /** The draft at the time of the run; it may have changed since. */
  config: storedConfigSchema,
  items: z.array(
    z.object({
      id: z.string(),
      fileId: z.string(),
      expectedOutput: z.object({ id: z.string(), type: z.string() }),
    }),
  ),
  createdAt: z.string(),
  updatedAt: z.string(),
  outcome: outcomeSchema.optional(),
});

const parse = (value: unknown) => evaluationRunSchema.parse(value);

/** Stores it before its batch starts, so that whoever has its id can read it. */
export async function createEvaluationRun(store: ObjectStore, tenant: string, run: EvaluationRun): Promise<void> {
  await writeJson(store, evaluationRunKey(tenant, run.id), run, { ifNoneMatch: '*' });
}

/** Throws `not_found`, also for a run of another tenant. */
export async function readEvaluationRun(store: ObjectStore, tenant: string, id: string): Promise<EvaluationRun> {
  const run = await findEvaluationRun(store, tenant, id);
  if (!run) throw runNotFound(id);
  return run;
}

/** Undefined for a batch that evaluates nothing. */
export async function findEvaluationRun(
  store: ObjectStore,
  tenant: string,
  id: string,
): Promise<EvaluationRun | undefined> {
  return isId('batchRun', id) ? (await readJson(store, evaluationRunKey(tenant, id), parse))?.value : undefined;
}

/** Stores the outcome; of several simultaneous ones the first stays. */
export async function recordEvaluationOutcome(
  store: ObjectStore,
  tenant: string,
  id: string,
  outcome: EvaluationOutcome,
): Promise<EvaluationRun> {
  const updated = await updateJson(store, evaluationRunKey(tenant, id), parse, (current) => {
    if (!current) throw runNotFound(id);
    return current.outcome ? current : { ...current, outcome, updatedAt: new Date().toISOString() };
  });
  return updated.value;
}

function runNotFound(id: string): ClassifierError {
  return new ClassifierError('not_found', `There is no evaluation set run ${JSON.stringify(id.slice(0, 80))}.`);
}
