import type { Classifier } from '../../../records/classifiers/classifiers.ts';
import type { EvaluationItem } from '../../../records/evaluations/evaluation-items.ts';
import type { EvaluationSet } from '../../../records/evaluations/evaluation-sets.ts';
import type { StoredFile } from '../../../records/files/files.ts';
import { toClassifierSummary } from '../classifiers/body.ts';
import type { EvaluationItemBody, EvaluationItemSummaryBody, EvaluationSetBody } from './schemas.ts';
import { toFileSummary } from '../files/schemas.ts';

export function toEvaluationSetBody(set: EvaluationSet, classifier: Classifier): EvaluationSetBody {
  const { id, name, description, createdAt, updatedAt, createdBy } = set;
  const entity = toClassifierSummary(classifier);
  return { object: 'evaluation_set', id, name, description, entity, createdAt, updatedAt, createdBy };
}

/** An item as lists show it: without what is expected. */
export function toItemSummary({ id, createdBy }: EvaluationItem, file: StoredFile): EvaluationItemSummaryBody {
  return { object: 'evaluation_set_item', id, file: toFileSummary(file), createdBy };
}

export function toItemBody(item: EvaluationItem, file: StoredFile): EvaluationItemBody {
  const { evaluationSetId, expectedOutput } = item;
  return { ...toItemSummary(item, file), evaluationSetId, expectedOutput };
}
