import { Router, type Request, type Response } from 'express';
import { listVersions, publishVersion, resolveClassifier } from '../../definitions/classifier-versions.ts';
import { createClassifier, listClassifiers, readClassifier, updateClassifier } from '../../definitions/classifiers.ts';
import type { ClassifyConfig } from '../../definitions/classify-config.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { tenantOf } from '../shared/request-context.ts';
import { toClassifierBody, toClassifierSummary, toVersionBody, toVersionSummary } from './classifier-body.ts';
import { createClassifierSchema, publishVersionSchema, updateClassifierSchema } from './classifier-schemas.ts';
import { parseJsonBody } from './json-body.ts';
import { parsePageRequest, parseSortedPageRequest, toListBody } from './list.ts';

interface ClassifierParameters {
  readonly classifierId: string;
}

/** Classifiers and their versions: `/classifiers`. */
export function classifierRoutes({ store }: { readonly store: ObjectStore }): Router {
  const router = Router();

  async function create(request: Request, response: Response): Promise<void> {
    const tenant = tenantOf(request);
    const { name, config, cloneClassifierId } = parseJsonBody(createClassifierSchema, request);
    const given: ClassifyConfig | undefined =
      cloneClassifierId === undefined ? config : (await readClassifier(store, tenant, cloneClassifierId)).config;
    response.json(toClassifierBody(await createClassifier(store, tenant, { name, config: given })));
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
    response.json(toClassifierBody(await updateClassifier(store, tenantOf(request), classifierId, changes)));
  }

  async function publish(request: Request<ClassifierParameters>, response: Response): Promise<void> {
    const release = parseJsonBody(publishVersionSchema, request);
    const { classifierId } = request.params;
    response.json(toVersionBody(await publishVersion(store, tenantOf(request), classifierId, release)));
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
  return router;
}
