import { draftOf, type ClassifierVersion } from '../../../records/classifiers/classifier-versions.ts';
import type { Classifier } from '../../../records/classifiers/classifiers.ts';
import type {
  ClassifierBody,
  ClassifierSummaryBody,
  ClassifierVersionBody,
  ClassifierVersionSummaryBody,
} from './schemas.ts';

/** A classifier as lists, runs and evaluation sets show it. */
export function toClassifierSummary({ id, name, createdAt, updatedAt }: Classifier): ClassifierSummaryBody {
  return { object: 'classifier', id, name, createdAt, updatedAt };
}

export function toClassifierBody(classifier: Classifier): ClassifierBody {
  return { ...toClassifierSummary(classifier), draftVersion: toVersionBody(draftOf(classifier)) };
}

/** A version as lists and runs show it: without its configuration. */
export function toVersionSummary(version: ClassifierVersion): ClassifierVersionSummaryBody {
  const { id, description, classifierId, createdAt, createdBy } = version;
  return {
    object: 'classifier_version',
    id,
    description,
    version: version.version,
    classifierId,
    createdAt,
    createdBy,
  };
}

export function toVersionBody(version: ClassifierVersion): ClassifierVersionBody {
  return { ...toVersionSummary(version), config: version.config };
}
