import type { RequestHandler, Router } from 'express';
import { ClassifierError } from '../../domain/errors.ts';

/**
 * Answers OPTIONS on each path of a router with its methods; express itself would answer with a text. To be called when
 * all routes are there.
 */
export function answerOptions(router: Router): Router {
  for (const [path, methods] of methodsByPath(router)) {
    router.options(path, (_request, response) => {
      response.status(204).set('Allow', allowed(methods)).end();
    });
  }
  return router;
}

/** The same, and refuses with 405 what a path has no route for. */
export function answerOtherMethods(router: Router): Router {
  const paths = methodsByPath(router);
  answerOptions(router);
  for (const [path, methods] of paths) router.all(path, refuse(methods));
  return router;
}

function refuse(methods: readonly string[]): RequestHandler {
  return (request, response) => {
    response.set('Allow', allowed(methods));
    throw new ClassifierError(
      'method_not_allowed',
      `${request.method} is not allowed here; use ${methods.join(' or ')}`,
    );
  };
}

function methodsByPath(router: Router): ReadonlyMap<string, readonly string[]> {
  const paths = new Map<string, Set<string>>();
  for (const { route } of router.stack) {
    for (const path of [route?.path ?? []].flat()) {
      const methods = paths.get(path) ?? new Set();
      for (const { method } of route?.stack ?? []) methods.add(method.toUpperCase());
      paths.set(path, methods);
    }
  }
  return new Map(Array.from(paths, ([path, methods]) => [path, [...methods]]));
}

/** Express answers HEAD wherever it answers GET. */
function allowed(methods: readonly string[]): string {
  return [...methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : method)), 'OPTIONS'].join(', ');
}
