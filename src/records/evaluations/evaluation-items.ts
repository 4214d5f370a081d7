import { z } from 'zod';
import { ClassifierError } from '../../domain/errors.ts';
import { mapBounded } from '../../domain/map-bounded.ts';
import { readJson, updateJson, writeJson } from '../json-documents.ts';
import { evaluationItemKey, evaluationItemsPrefix } from './evaluation-keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { createdByKeyOf, createdBySchema } from '../created-by.ts';
import type { EvaluationSet } from './evaluation-sets.ts';
import { assertPossible, possibleOutputs, type ExpectedOutput } from './expected-output.ts';
import { fileKinds } from '../files/file-kind.ts';
import { holdFile, releaseFile, type FileHolder } from '../files/file-holders.ts';
import { findFile, type StoredFile } from '../files/files.ts';
import { isId, newId } from '../ids.ts';
import { listDefinitions, namesBelow, readsAtOnce, type Page, type SortedPageQuery } from '../list-page.ts';
import { resolveReference } from '../resolve-reference.ts';

/** One file of an evaluation set, and the expected output. */
export type EvaluationItem = z.infer<typeof itemSchema>;

const itemSchema = z.object({
  id: z.string(),
  evaluationSetId: z.string(),
  /** The file as it was when the item was made; shown even when the file is deleted. */
  file: z.object({
    id: z.string(),
    name: z.string(),
    kind: z.enum(fileKinds).nullable(),
    createdAt: z.string(),
    updatedAt: z.string(),
    pageCount: z.number().optional(),
  }),
  expectedOutput: z.object({ id: z.string(), type: z.string() }),
  createdAt: z.string(),
  updatedAt: z.string(),
  createdBy: createdBySchema.nullable(),
});

const parse = (value: unknown) => itemSchema.parse(value);

export interface NewEvaluationItem {
  readonly fileId: string;
  readonly expectedOutput: ExpectedOutput;
}

/**
 * Adds items to a set: all, or none if one is wrong. Throws `not_found` for a missing file and `invalid_request` for an
 * output that the classifier lacks, with the place in `items`.
 */
export async function addEvaluationItems(
  store: ObjectStore,
  tenant: string,
  { id: evaluationSetId, classifierId }: EvaluationSet,
  items: readonly NewEvaluationItem[],
): Promise<EvaluationItem[]> {
  const outputs = await possibleOutputs(store, tenant, classifierId);
  for (const [index, { expectedOutput }] of items.entries()) {
    assertPossible(outputs, expectedOutput, `items.${index}.expectedOutput`);
  }
  const now = new Date();
  const at = now.toISOString();
  const numbered = items.map((item, index) => ({ ...item, index, id: newId('evaluationSetItem', now) }));
  const holderOf = (itemId: string): FileHolder => ({ kind: 'item', evaluationSetId, itemId });
  const found = await mapBounded(numbered, readsAtOnce, async ({ index, id, fileId }) => {
    try {
      return { file: await resolveReference(`items.${index}.fileId`, holdFile(store, tenant, fileId, holderOf(id))) };
    } catch (error) {
      return { error };
    }
  });
  const failure = found.find((each) => 'error' in each);
  if (failure) {
    await mapBounded(numbered, readsAtOnce, ({ id, fileId }) => releaseFile(store, tenant, fileId, holderOf(id)));
    throw failure.error;
  }
  const created = { createdAt: at, updatedAt: at, createdBy: createdByKeyOf(tenant) };
  const added = numbered.map(({ index, id, expectedOutput }) =>
    parse({ id, evaluationSetId, file: found[index]?.file, expectedOutput, ...created }),
  );
  await mapBounded(added, readsAtOnce, (item) =>
    writeJson(store, evaluationItemKey(tenant, evaluationSetId, item.id), item, { ifNoneMatch: '*' }),
  );
  return added;
}

export interface KnownEvaluationItem {
  /** The caller's: the same id twice is the same item. */
  readonly id: string;
  readonly file: StoredFile;
  /** One of `possibleOutputs`. */
  readonly expectedOutput: ExpectedOutput;
}

/** Adds an item under the caller's id, or replaces the expected output of the item that has it. */
export async function putEvaluationItem(
  store: ObjectStore,
  tenant: string,
  evaluationSetId: string,
  { id, file, expectedOutput: { id: outputId, type } }: KnownEvaluationItem,
): Promise<void> {
  const at = new Date().toISOString();
  const expectedOutput = { id: outputId, type };
  const created = { createdAt: at, createdBy: createdByKeyOf(tenant) };
  await updateJson(store, evaluationItemKey(tenant, evaluationSetId, id), parse, (current) =>
    parse({ id, evaluationSetId, file, ...created, ...current, expectedOutput, updatedAt: at }),
  );
}

/** Throws `not_found`, also for an item of another set. */
export async function readEvaluationItem(
  store: ObjectStore,
  tenant: string,
  evaluationSetId: string,
  id: string,
): Promise<EvaluationItem> {
  const item = await findEvaluationItem(store, tenant, evaluationSetId, id);
  if (!item) throw itemNotFound(evaluationSetId, id);
  return item;
}

/**
 * Replaces the expected output of an item. Throws `not_found`, or `invalid_request` for an output that the classifier
 * lacks.
 */
export async function updateEvaluationItem(
  store: ObjectStore,
  tenant: string,
  { id: evaluationSetId, classifierId }: EvaluationSet,
  id: string,
  { id: outputId, type }: ExpectedOutput,
): Promise<EvaluationItem> {
  await readEvaluationItem(store, tenant, evaluationSetId, id);
  const expectedOutput = { id: outputId, type };
  assertPossible(await possibleOutputs(store, tenant, classifierId), expectedOutput, 'expectedOutput');
  const updated = await updateJson(store, evaluationItemKey(tenant, evaluationSetId, id), parse, (current) => {
    if (!current) throw itemNotFound(evaluationSetId, id);
    return { ...current, expectedOutput, updatedAt: new Date().toISOString() };
  });
  return updated.value;
}

/** Deletes an item, and its file if that came with a run and nobody else holds it. Throws `not_found`. */
export async function deleteEvaluationItem(
  store: ObjectStore,
  tenant: string,
  evaluationSetId: string,
  id: string,
): Promise<void> {
  const { file } = await readEvaluationItem(store, tenant, evaluationSetId, id);
  await store.delete(evaluationItemKey(tenant, evaluationSetId, id));
  await releaseFile(store, tenant, file.id, { kind: 'item', evaluationSetId, itemId: id });
}

export async function listEvaluationItems(
  store: ObjectStore,
  tenant: string,
  evaluationSetId: string,
  query: SortedPageQuery,
): Promise<Page<EvaluationItem>> {
  const ids = await evaluationItemIds(store, tenant, evaluationSetId);
  const read = (id: string) => findEvaluationItem(store, tenant, evaluationSetId, id);
  return listDefinitions(ids, read, `evaluation items\0${tenant}\0${evaluationSetId}`, query);
}

/** All of a set, the oldest first. */
export function evaluationItemIds(store: ObjectStore, tenant: string, evaluationSetId: string): Promise<string[]> {
  return namesBelow(store, evaluationItemsPrefix(tenant, evaluationSetId), '.json');
}

/** The file of an item as it is now, or as it was where it is deleted. */
export async function fileOfItem(store: ObjectStore, tenant: string, { file }: EvaluationItem): Promise<StoredFile> {
  return (await findFile(store, tenant, file.id)) ?? file;
}

async function findEvaluationItem(
  store: ObjectStore,
  tenant: string,
  evaluationSetId: string,
  id: string,
): Promise<EvaluationItem | undefined> {
  if (!isId('evaluationSetItem', id)) return undefined;
  return (await readJson(store, evaluationItemKey(tenant, evaluationSetId, id), parse))?.value;
}

function itemNotFound(evaluationSetId: string, id: string): ClassifierError {
  const shown = JSON.stringify(id.slice(0, 80));
  return new ClassifierError('not_found', `Evaluation set ${evaluationSetId} has no item ${shown}.`);
}
