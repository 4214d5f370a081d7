import { Router, type Request, type Response } from 'express';
import {
  addEvaluationItems,
  deleteEvaluationItem,
  fileOfItem,
  listEvaluationItems,
  readEvaluationItem,
  updateEvaluationItem,
  type EvaluationItem,
} from '../../../records/evaluations/evaluation-items.ts';
import { readEvaluationSet } from '../../../records/evaluations/evaluation-sets.ts';
import { readsAtOnce } from '../../../records/list-page.ts';
import { mapBounded } from '../../../domain/map-bounded.ts';
import type { ObjectStore } from '../../../storage/object-store.ts';
import { answerOptions } from '../../shared/other-methods.ts';
import { tenantOf } from '../../shared/request-context.ts';
import { toItemBody, toItemSummary } from './body.ts';
import { createEvaluationItemsSchema, updateEvaluationItemSchema, type EvaluationItemBody } from './schemas.ts';
import { parseJsonBody } from '../json-body.ts';
import { parseSortedPageRequest, toListBody } from '../list.ts';

interface SetParameters {
  readonly setId: string;
}

interface ItemParameters extends SetParameters {
  readonly itemId: string;
}

/** The items of an evaluation set: `/evaluation_sets/{id}/items`. */
export function evaluationItemRoutes({ store }: { readonly store: ObjectStore }): Router {
  const router = Router();

  async function toBody(tenant: string, item: EvaluationItem): Promise<EvaluationItemBody> {
    return toItemBody(item, await fileOfItem(store, tenant, item));
  }

  async function create(request: Request<SetParameters>, response: Response): Promise<void> {
    const tenant = tenantOf(request);
    const { items } = parseJsonBody(createEvaluationItemsSchema, request);
    const set = await readEvaluationSet(store, tenant, request.params.setId);
    const added = await addEvaluationItems(store, tenant, set, items);
    response.json({ evaluationSetItems: await mapBounded(added, readsAtOnce, (item) => toBody(tenant, item)) });
  }

  async function list(request: Request<SetParameters>, response: Response): Promise<void> {
    const tenant = tenantOf(request);
    const page = parseSortedPageRequest(request.query);
    const { id } = await readEvaluationSet(store, tenant, request.params.setId);
    const { items, nextPageToken } = await listEvaluationItems(store, tenant, id, page);
    const data = await mapBounded(items, readsAtOnce, async (item) =>
      toItemSummary(item, await fileOfItem(store, tenant, item)),
    );
    response.json(toListBody(data, nextPageToken));
  }

  async function read(request: Request<ItemParameters>, response: Response): Promise<void> {
    const tenant = tenantOf(request);
    const { id } = await readEvaluationSet(store, tenant, request.params.setId);
    response.json(await toBody(tenant, await readEvaluationItem(store, tenant, id, request.params.itemId)));
  }

  async function update(request: Request<ItemParameters>, response: Response): Promise<void> {
    const tenant = tenantOf(request);
    const { expectedOutput } = parseJsonBody(updateEvaluationItemSchema, request);
    const set = await readEvaluationSet(store, tenant, request.params.setId);
    const item = await updateEvaluationItem(store, tenant, set, request.params.itemId, expectedOutput);
    response.json(await toBody(tenant, item));
  }

  async function remove(request: Request<ItemParameters>, response: Response): Promise<void> {
    const tenant = tenantOf(request);
    const { setId, itemId } = request.params;
    const { id } = await readEvaluationSet(store, tenant, setId);
    await deleteEvaluationItem(store, tenant, id, itemId);
    response.json({ id: itemId });
  }

  router.post('/evaluation_sets/:setId/items', create);
  router.get('/evaluation_sets/:setId/items', list);
  router.get('/evaluation_sets/:setId/items/:itemId', read);
  router.post('/evaluation_sets/:setId/items/:itemId', update);
  router.delete('/evaluation_sets/:setId/items/:itemId', remove);
  return answerOptions(router);
}
