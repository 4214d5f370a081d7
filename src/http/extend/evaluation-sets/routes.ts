import { Router, type Request, type Response } from 'express';
import { readClassifier } from '../../../records/classifiers/classifiers.ts';
import {
  createEvaluationSet,
  listEvaluationSets,
  readEvaluationSet,
  type EvaluationSet,
} from '../../../records/evaluations/evaluation-sets.ts';
import { readsAtOnce } from '../../../records/list-page.ts';
import { mapBounded } from '../../../domain/map-bounded.ts';
import { resolveReference } from '../../../records/resolve-reference.ts';
import type { ObjectStore } from '../../../storage/object-store.ts';
import { answerOptions } from '../../shared/other-methods.ts';
import { tenantOf } from '../../shared/request-context.ts';
import { toEvaluationSetBody } from './body.ts';
import { createEvaluationSetSchema, type EvaluationSetBody } from './schemas.ts';
import { parseJsonBody } from '../json-body.ts';
import { parseSortedPageRequest, queryText, toListBody } from '../list.ts';

/** Documents whose types are known: `/evaluation_sets`. */
export function evaluationSetRoutes({ store }: { readonly store: ObjectStore }): Router {
  const router = Router();

  async function toBody(tenant: string, set: EvaluationSet): Promise<EvaluationSetBody> {
    return toEvaluationSetBody(set, await readClassifier(store, tenant, set.classifierId));
  }

  async function create(request: Request, response: Response): Promise<void> {
    const tenant = tenantOf(request);
    const { name, description, entityId } = parseJsonBody(createEvaluationSetSchema, request);
    const classifier = await resolveReference('entityId', readClassifier(store, tenant, entityId));
    const set = await createEvaluationSet(store, tenant, { name, description, classifierId: classifier.id });
    response.json(toEvaluationSetBody(set, classifier));
  }

  async function list(request: Request, response: Response): Promise<void> {
    const tenant = tenantOf(request);
    const { items, nextPageToken } = await listEvaluationSets(
      store,
      tenant,
      parseSortedPageRequest(request.query),
      queryText(request.query, 'entityId'),
    );
    response.json(toListBody(await mapBounded(items, readsAtOnce, (set) => toBody(tenant, set)), nextPageToken));
  }

  async function read(request: Request<{ readonly setId: string }>, response: Response): Promise<void> {
    const tenant = tenantOf(request);
    response.json(await toBody(tenant, await readEvaluationSet(store, tenant, request.params.setId)));
  }

  router.post('/evaluation_sets', create);
  router.get('/evaluation_sets', list);
  router.get('/evaluation_sets/:setId', read);
  return answerOptions(router);
}
