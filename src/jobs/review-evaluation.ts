import { putEvaluationItem } from '../records/evaluations/evaluation-items.ts';
import { readEvaluationSet } from '../records/evaluations/evaluation-sets.ts';
import { assertPossible, possibleOutputs } from '../records/evaluations/expected-output.ts';
import { holdFile } from '../records/files/file-holders.ts';
import type { StoredFile } from '../records/files/files.ts';
import { derivedId } from '../records/ids.ts';
import { resolveReference } from '../records/resolve-reference.ts';
import type { ClassificationOption } from '../domain/classification-options.ts';
import { ClassifierError } from '../domain/errors.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { RunFacts } from '../records/jobs/run-facts.ts';

/** A reviewed document as an item for an evaluation set. */
export interface EvaluationExample {
  readonly evaluationSetId: string;
  readonly itemId: string;
  readonly file: StoredFile;
  readonly expectedOutput: ClassificationOption;
}

/**
 * Checks, before anything changes, that a run's document can become an item of a set. A run has one item in a set: a
 * second review changes its expected output. Throws `not_found` for the set, and `invalid_request` if the file is gone
 * or the set's classifier lacks the person's answer.
 */
export async function toEvaluationExample(
  store: ObjectStore,
  tenant: string,
  evaluationSetId: string,
  {
    facts: { job, createdAt, file },
    expectedOutput,
  }: { readonly facts: RunFacts; readonly expectedOutput: ClassificationOption },
): Promise<EvaluationExample> {
  const { classifierId } = await resolveReference('evaluationSetId', readEvaluationSet(store, tenant, evaluationSetId));
  if (!file) {
    throw new ClassifierError(
      'invalid_request',
      'evaluationSetId: the file of this run is not there to be an item of a set.',
    );
  }
  assertPossible(await possibleOutputs(store, tenant, classifierId), expectedOutput, 'type');
  const itemId = derivedId('evaluationSetItem', new Date(createdAt), `${evaluationSetId}/${job.jobId}`);
  return { evaluationSetId, itemId, file, expectedOutput };
}

/** The file stays with the set, also when the run that it came with is deleted. */
export async function addToSet(
  store: ObjectStore,
  tenant: string,
  { evaluationSetId, itemId, file, expectedOutput }: EvaluationExample,
): Promise<void> {
  await holdFile(store, tenant, file.id, { kind: 'item', evaluationSetId, itemId });
  await putEvaluationItem(store, tenant, evaluationSetId, { id: itemId, file, expectedOutput });
}
