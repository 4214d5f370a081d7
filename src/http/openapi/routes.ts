import { Router } from 'express';
import { createOpenApiDocument } from './document.ts';
import { answerOtherMethods } from '../shared/other-methods.ts';

/** `/openapi.json`: needs no key, as it says nothing that the source does not. */
export function openApiRoutes(version: string): Router {
  const router = Router();
  const body = JSON.stringify(createOpenApiDocument(version));
  router.get('/openapi.json', (_request, response) => {
    response.type('application/json').send(body);
  });
  return answerOtherMethods(router);
}
