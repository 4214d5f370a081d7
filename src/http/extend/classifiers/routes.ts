import { Router, type Request, type Response } from 'express';
import { listVersions, publishVersion, resolveClassifier } from '../../../records/classifiers/classifier-versions.ts';
import {
  createClassifier,
  listClassifiers,
  readClassifier,
  updateClassifier,
} from '../../../records/classifiers/classifiers.ts';
import type { ClassifyConfig } from '../../../records/classifiers/classify-config.ts';
import { resolveReference } from '../../../records/resolve-reference.ts';
import type { EventService } from '../../../jobs/event-service.ts';
import type { ObjectStore } from '../../../storage/object-store.ts';
import { answerOptions } from '../../shared/other-methods.ts';
import { requestContext, tenantOf } from '../../shared/request-context.ts';
import { toClassifierBody, toClassifierSummary, toVersionBody, toVersionSummary } from './body.ts';
import { createClassifierSchema, publishVersionSchema, updateClassifierSchema } from './schemas.ts';
import { parseJsonBody } from '../json-body.ts';
import { parsePageRequest, parseSortedPageRequest, toListBody } from '../list.ts';

export interface ClassifierDependencies {
  readonly store: ObjectStore;
  /** Told of every change. */
  readonly events: Pick<EventService, 'publishEvent'>;
}

interface ClassifierParameters {
  readonly classifierId: string;
}

/** Classifiers and their versions: `/classifiers`. */
export function classifierRoutes({ store, events }: ClassifierDependencies): Router {
  const router = Router();

  async function configOf(tenant: string, cloneClassifierId: string): Promise<ClassifyConfig> {
    return (await resolveReference('cloneClassifierId', readClassifier(store, tenant, cloneClassifierId))).config;
  }

  async function create(request: Request, response: Response): Promise<void> {
    const tenant = tenantOf(request);
    const { requestId } = requestContext(request);
    const { name, config, cloneClassifierId } = parseJsonBody(createClassifierSchema, request);
    const given: ClassifyConfig | undefined =
      cloneClassifierId === undefined ? config : await configOf(tenant, cloneClassifierId);
    const payload = toClassifierBody(await createClassifier(store, tenant, { name, config: given }));
    await events.publishEvent(tenant, {
      eventType: 'classifier.created',
      classifierId: payload.id,
      payload,
      requestId,
    });
    response.json(payload);
  }

  async function list(request: Request, response: Response): Promise<void> {
    const { items, nextPageToken } = await listClassifiers(
      store,
      tenantOf(request),
      parseSortedPageRequest(request.query),
    );
    response.json(toListBody(items.map(toClassifierSummary), nextPageToken));
  }

  async function read(request: Request<ClassifierParameters>, response: Response): Promise<void> {
    response.json(toClassifierBody(await readClassifier(store, tenantOf(request), request.params.classifierId)));
  }

  async function update(request: Request<ClassifierParameters>, response: Response): Promise<void> {
    const changes = parseJsonBody(updateClassifierSchema, request);
    const { classifierId } = request.params;
    const tenant = tenantOf(request);
    const payload = toClassifierBody(await updateClassifier(store, tenant, classifierId, changes));
    const told = { classifierId, payload, requestId: requestContext(request).requestId };
    if (changes.name !== undefined) await events.publishEvent(tenant, { eventType: 'classifier.updated', ...told });
    if (changes.config) await events.publishEvent(tenant, { eventType: 'classifier.draft.updated', ...told });
    response.json(payload);
  }

  async function publish(request: Request<ClassifierParameters>, response: Response): Promise<void> {
    const release = parseJsonBody(publishVersionSchema, request);
    const { classifierId } = request.params;
    const tenant = tenantOf(request);
    const payload = toVersionBody(await publishVersion(store, tenant, classifierId, release));
    const { requestId } = requestContext(request);
    await events.publishEvent(tenant, { eventType: 'classifier.version.published', classifierId, payload, requestId });
    response.json(payload);
  }

  async function listOfVersions(request: Request<ClassifierParameters>, response: Response): Promise<void> {
    const page = parsePageRequest(request.query);
    const { items, nextPageToken } = await listVersions(store, tenantOf(request), request.params.classifierId, page);
    response.json(toListBody(items.map(toVersionSummary), nextPageToken));
  }

  async function readVersion(
    request: Request<ClassifierParameters & { readonly version: string }>,
    response: Response,
  ): Promise<void> {
    const { classifierId: id, version } = request.params;
    const resolved = await resolveClassifier(store, tenantOf(request), { id, version });
    response.json(toVersionBody(resolved.version));
  }

  router.post('/classifiers', create);
  router.get('/classifiers', list);
  router.get('/classifiers/:classifierId', read);
  router.post('/classifiers/:classifierId', update);
  router.post('/classifiers/:classifierId/versions', publish);
  router.get('/classifiers/:classifierId/versions', listOfVersions);
  router.get('/classifiers/:classifierId/versions/:version', readVersion);
  return answerOptions(router);
}
