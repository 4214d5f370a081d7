import { batchLimits } from '../../domain/batch.ts';
import { fieldError } from '../../domain/field-error.ts';
import { mapBounded } from '../../domain/map-bounded.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import {
  resolveClassifier,
  type ClassifierReference,
  type ResolvedClassifier,
} from '../classifiers/classifier-versions.ts';
import { evaluationItemIds, readEvaluationItem, type EvaluationItem } from './evaluation-items.ts';
import { readEvaluationSet, type EvaluationSet } from './evaluation-sets.ts';
import { readsAtOnce } from '../list-page.ts';
import { resolveReference } from '../resolve-reference.ts';

export interface EvaluationChoice {
  readonly tenant: string;
  readonly evaluationSetId: string;
  /** Absent: the draft of the set's classifier. */
  readonly classifier?: ClassifierReference | undefined;
  /** Absent: all of the set. Each runs once, however often it is named. */
  readonly itemIds?: readonly string[] | undefined;
}

export interface ChosenEvaluation {
  readonly set: EvaluationSet;
  readonly resolved: ResolvedClassifier;
  readonly items: readonly EvaluationItem[];
}

/**
 * Finds the items and the classifier of an evaluation. Throws `not_found` for a missing reference, and
 * `invalid_request` for too few or too many items.
 */
export async function chooseEvaluation(
  store: ObjectStore,
  { tenant, evaluationSetId, classifier, itemIds }: EvaluationChoice,
): Promise<ChosenEvaluation> {
  const set = await resolveReference('evaluationSetId', readEvaluationSet(store, tenant, evaluationSetId));
  const reference = classifier ?? { id: set.classifierId, version: 'draft' };
  const resolved = await resolveReference('entity', resolveClassifier(store, tenant, reference));
  const ids = [...new Set(itemIds ?? (await evaluationItemIds(store, tenant, set.id)))];
  assertCount(ids.length);
  const items = await mapBounded([...ids.entries()], readsAtOnce, ([index, id]) =>
    resolveReference(`evaluationSetItemIds.${index}`, readEvaluationItem(store, tenant, set.id, id)),
  );
  return { set, resolved, items };
}

function assertCount(count: number): void {
  const { maxRuns } = batchLimits;
  if (count >= 1 && count <= maxRuns) return;
  const [field, detail] =
    count === 0
      ? ['evaluationSetId', 'names a set that has no items']
      : ['evaluationSetItemIds', `must name the items to run, at most ${maxRuns} at once: the set has ${count}`];
  throw fieldError(field, detail, { sentence: `${field}: ${detail}` });
}
