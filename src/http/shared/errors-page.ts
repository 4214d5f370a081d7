import { fileURLToPath } from 'node:url';
import { Router } from 'express';
import { answerOtherMethods } from './other-methods.ts';

const page = fileURLToPath(new URL('../../../docs/errors.md', import.meta.url));

/** Where the `type` of every problem points (RFC 9457 3.1.1): the list of errors and what to do about each, to be read as text. */
export function errorsPage(): Router {
  const router = Router();
  router.get('/docs/errors', (_request, response) => {
    response.type('text/markdown; charset=utf-8').sendFile(page);
  });
  return answerOtherMethods(router);
}
