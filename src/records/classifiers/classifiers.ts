import { z } from 'zod';
import { ClassifierError } from '../../domain/errors.ts';
import { readJson, updateJson, writeJson } from '../json-documents.ts';
import { classifierKeys, classifiersPrefix } from '../keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { emptyConfig, storedConfigSchema, type ClassifyConfig } from './classify-config.ts';
import { createdByKeyOf, createdBySchema } from '../created-by.ts';
import { isId, newId } from '../ids.ts';
import { listDefinitions, type Page, type SortedPageQuery } from '../list-page.ts';

/** A classifier with its draft, the one version that changes: `draft.json`. */
export type Classifier = z.infer<typeof classifierSchema>;

const classifierSchema = z.object({
  id: z.string(),
  name: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  createdBy: createdBySchema.nullable(),
  config: storedConfigSchema,
});

const parse = (value: unknown) => classifierSchema.parse(value);

/** Writers of one draft take turns; none gives up early. */
const maxAttempts = 100;

export interface CreateClassifierRequest {
  readonly name: string;
  /** Absent: an empty one, to be filled later. */
  readonly config?: ClassifyConfig | undefined;
}

/** Creates a classifier whose draft has this configuration. */
export async function createClassifier(
  store: ObjectStore,
  tenant: string,
  { name, config = emptyConfig }: CreateClassifierRequest,
): Promise<Classifier> {
  const now = new Date();
  const id = newId('classifier', now);
  const createdAt = now.toISOString();
  const classifier = { id, name, createdAt, updatedAt: createdAt, createdBy: createdByKeyOf(tenant), config };
  await writeJson(store, classifierKeys(tenant, id).draft, classifier, { ifNoneMatch: '*' });
  return classifier;
}

/** Undefined when the tenant has no such classifier. */
async function findClassifier(store: ObjectStore, tenant: string, id: string): Promise<Classifier | undefined> {
  if (!isId('classifier', id)) return undefined;
  return (await readJson(store, classifierKeys(tenant, id).draft, parse))?.value;
}

/** Throws `not_found`, also for a classifier of another tenant. */
export async function readClassifier(store: ObjectStore, tenant: string, id: string): Promise<Classifier> {
  const classifier = await findClassifier(store, tenant, id);
  if (!classifier) throw classifierNotFound(id);
  return classifier;
}

export interface UpdateClassifierRequest {
  readonly name?: string | undefined;
  /** Replaces the draft's as a whole. */
  readonly config?: ClassifyConfig | undefined;
}

/**
 * Changes the name, the draft's configuration or both; writers of different members at once lose nothing. Throws
 * `not_found`.
 */
export async function updateClassifier(
  store: ObjectStore,
  tenant: string,
  id: string,
  { name, config }: UpdateClassifierRequest,
): Promise<Classifier> {
  if (name === undefined && config === undefined) return readClassifier(store, tenant, id);
  if (!isId('classifier', id)) throw classifierNotFound(id);
  const updated = await updateJson(
    store,
    classifierKeys(tenant, id).draft,
    parse,
    (current) => {
      if (!current) throw classifierNotFound(id);
      const updatedAt = new Date().toISOString();
      return { ...current, name: name ?? current.name, config: config ?? current.config, updatedAt };
    },
    { maxAttempts },
  );
  return updated.value;
}

/** A page of the tenant's classifiers. */
export async function listClassifiers(
  store: ObjectStore,
  tenant: string,
  query: SortedPageQuery,
): Promise<Page<Classifier>> {
  const ids = await Array.fromAsync(store.folders(classifiersPrefix(tenant)));
  return listDefinitions(ids, (id) => findClassifier(store, tenant, id), `classifiers\0${tenant}`, query);
}

function classifierNotFound(id: string): ClassifierError {
  return new ClassifierError('not_found', `There is no classifier ${JSON.stringify(id.slice(0, 80))}.`);
}
