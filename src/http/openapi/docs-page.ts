import helmet from 'helmet';
import { fileURLToPath } from 'node:url';
import { Router } from 'express';
import { answerOtherMethods } from '../shared/other-methods.ts';
import { createOpenApiDocument } from './document.ts';

/** Files of the package that are served; everything else of it stays where it is. */
const assets = ['swagger-ui.css', 'swagger-ui-bundle.js'] as const;

const errorsFile = fileURLToPath(new URL('../../../docs/errors.md', import.meta.url));

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Pigeonhole: the API</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/docs/assets/swagger-ui.css">
  </head>
  <body>
    <div id="api"></div>
    <noscript>This page needs JavaScript; <a href="/openapi.json">/openapi.json</a> says the same.</noscript>
    <script src="/docs/assets/swagger-ui-bundle.js"></script>
    <script src="/docs/assets/start.js"></script>
  </body>
</html>
`;

/** A file, as the policy below allows no inline script. No badge of swagger.io: nothing leaves this server. */
const start = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#api', deepLinking: true, validatorUrl: null, tryItOutEnabled: true });
`;

/** `/docs`: the OpenAPI document to read and try, all of it from this server, so that it works offline. */
export function docsPage(): Router {
  const router = Router();
  router.use(
    '/docs',
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'none'"],
          scriptSrc: ["'self'"],
          styleSrc: ["'self'"],
          imgSrc: ["'self'", 'data:'],
          connectSrc: ["'self'"],
          baseUri: ["'none'"],
          formAction: ["'none'"],
          frameAncestors: ["'none'"],
        },
      },
      // Whether this host is to be reached by TLS alone is for the proxy in front of it to say.
      strictTransportSecurity: false,
    }),
  );
  router.get('/docs', (_request, response) => {
    response.type('text/html; charset=utf-8').send(page);
  });
  router.get('/docs/assets/start.js', (_request, response) => {
    response.type('text/javascript; charset=utf-8').send(start);
  });
  for (const name of assets) {
    const file = fileURLToPath(import.meta.resolve(`swagger-ui-dist/${name}`));
    router.get(`/docs/assets/${name}`, (_request, response) => {
      response.sendFile(file, { maxAge: '1 day' });
    });
  }
  return answerOtherMethods(router);
}

/** `/openapi.json`: needs no key, as it says nothing that the source does not. */
export function openApiRoutes(version: string): Router {
  const router = Router();
  // Made when somebody asks for it, and not at each start.
  let body: string | undefined;
  router.get('/openapi.json', (_request, response) => {
    body ??= JSON.stringify(createOpenApiDocument(version));
    response.type('application/json').send(body);
  });
  return answerOtherMethods(router);
}

/**
 * `/docs/errors`, where the `type` of every problem points (RFC 9457 3.1.1): each error and what to do about it, as
 * text.
 */
export function errorsPage(): Router {
  const router = Router();
  router.get('/docs/errors', (_request, response) => {
    response.type('text/markdown; charset=utf-8').sendFile(errorsFile);
  });
  return answerOtherMethods(router);
}
