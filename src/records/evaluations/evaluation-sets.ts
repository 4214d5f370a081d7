import { z } from 'zod';
import { ClassifierError } from '../../domain/errors.ts';
import { readJson, writeJson } from '../json-documents.ts';
import { evaluationSetKey, evaluationSetsPrefix } from './evaluation-keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { createdByKeyOf, createdBySchema } from '../created-by.ts';
import { isId, newId } from '../ids.ts';
import { listDefinitions, namesBelow, type Page, type SortedPageQuery } from '../list-page.ts';

/** A set of documents with known types, which measures a classifier; the documents are its items. */
export type EvaluationSet = z.infer<typeof evaluationSetSchema>;

const evaluationSetSchema = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  classifierId: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  createdBy: createdBySchema.nullable(),
});

export type CreateEvaluationSetRequest = Pick<EvaluationSet, 'name' | 'description' | 'classifierId'>;

/** Creates an empty set. The classifier must be one of the tenant's. */
export async function createEvaluationSet(
  store: ObjectStore,
  tenant: string,
  request: CreateEvaluationSetRequest,
): Promise<EvaluationSet> {
  const now = new Date();
  const id = newId('evaluationSet', now);
  const createdAt = now.toISOString();
  const set = { ...request, id, createdAt, updatedAt: createdAt, createdBy: createdByKeyOf(tenant) };
  await writeJson(store, evaluationSetKey(tenant, id), set, { ifNoneMatch: '*' });
  return set;
}

/** Throws `not_found`, also for a set of another tenant. */
export async function readEvaluationSet(store: ObjectStore, tenant: string, id: string): Promise<EvaluationSet> {
  const set = await findEvaluationSet(store, tenant, id);
  if (set) return set;
  throw new ClassifierError('not_found', `There is no evaluation set ${JSON.stringify(id.slice(0, 80))}.`);
}

/** A page of the tenant's sets, optionally of one classifier. */
export async function listEvaluationSets(
  store: ObjectStore,
  tenant: string,
  query: SortedPageQuery,
  classifierId?: string,
): Promise<Page<EvaluationSet>> {
  const ids = await namesBelow(store, evaluationSetsPrefix(tenant), '.json');
  const read = async (id: string) => {
    const set = await findEvaluationSet(store, tenant, id);
    return classifierId === undefined || set?.classifierId === classifierId ? set : undefined;
  };
  return listDefinitions(ids, read, `evaluation sets\0${tenant}\0${classifierId ?? ''}`, query);
}

async function findEvaluationSet(store: ObjectStore, tenant: string, id: string): Promise<EvaluationSet | undefined> {
  if (!isId('evaluationSet', id)) return undefined;
  const key = evaluationSetKey(tenant, id);
  return (await readJson(store, key, (value) => evaluationSetSchema.parse(value)))?.value;
}
