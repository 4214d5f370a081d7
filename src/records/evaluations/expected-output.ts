import { fieldError } from '../../domain/field-error.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { resolveClassifier } from '../classifiers/classifier-versions.ts';

/** The right answer for a document: one of a classifier's classifications. */
export interface ExpectedOutput {
  readonly id: string;
  readonly type: string;
}

/** The possible outputs of a classifier: the classifications of its draft and of its latest published version. */
export async function possibleOutputs(
  store: ObjectStore,
  tenant: string,
  classifierId: string,
): Promise<readonly ExpectedOutput[]> {
  const { classifier, version } = await resolveClassifier(store, tenant, { id: classifierId });
  return [...classifier.config.classifications, ...version.config.classifications];
}

/** Throws `invalid_request` naming the field: an impossible output would count against the classifier for ever. */
export function assertPossible(outputs: readonly ExpectedOutput[], { id, type }: ExpectedOutput, field: string): void {
  if (outputs.some((output) => output.id === id && output.type === type)) return;
  const known = [...new Set(outputs.map((output) => JSON.stringify({ id: output.id, type: output.type })))];
  const detail = `must be one of the classifier's classifications, such as ${known.slice(0, 5).join(', ')}`;
  throw fieldError(field, detail, { sentence: `${field}: ${detail}` });
}
