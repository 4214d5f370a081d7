import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import { z } from 'zod';

/**
 * Holds every answer of a service under test against the OpenAPI document: path, method, status, media type, body. A
 * set-up file lets what it finds fail the test in which it happened.
 */
const operationSchema = z.looseObject({
  responses: z.record(z.string(), z.looseObject({ content: z.record(z.string(), z.unknown()).default({}) })),
});
const documentFile = new URL('../../docs/openapi.json', import.meta.url);
const documentSchema = z.looseObject({ paths: z.record(z.string(), z.record(z.string(), operationSchema)) });

/** Made for the first answer: many files ask no service. */
const contract = lazily(() => {
  const document = documentSchema.parse(JSON.parse(readFileSync(documentFile, 'utf8')));
  // That it is a valid document is what another test says.
  const ajv = new Ajv2020({ strict: false, validateSchema: false, allErrors: true, formats: fullFormats });
  ajv.addSchema({ ...document, $id: 'openapi' });
  return { ajv, paths: document.paths };
});

const origins = new Set<string>();
const violations: string[] = [];
const plainFetch = globalThis.fetch;

/** From now on the answers of this service are checked. */
export function checkAnswersOf(url: string): void {
  origins.add(new URL(url).origin);
}

globalThis.fetch = async (input, init) => {
  const response = await plainFetch(input, init);
  const request = new Request(input instanceof Request ? input.url : input, { method: init?.method ?? 'GET' });
  if (origins.has(new URL(request.url).origin)) violations.push(...(await violationsOf(request, response)));
  return response;
};

/** What was found since it was last asked. */
export function takeViolations(): string[] {
  return violations.splice(0);
}

/** Exported for a test of its own. */
export async function violationsOf(request: Request, response: Response): Promise<string[]> {
  const { ajv, paths } = contract();
  const { pathname } = new URL(request.url);
  // The parts of a page are no API.
  if (pathname.startsWith('/docs/assets/')) return [];
  const name = `${request.method} ${pathname} answered ${response.status}`;
  const template = templateOf(pathname, Object.keys(paths));
  const method = request.method.toLowerCase().replace('head', 'get');
  const operation = template === undefined ? undefined : paths[template]?.[method];
  const found: string[] = [];
  if (!response.headers.has('x-request-id')) found.push(`${name} without X-Request-Id`);
  if (request.method === 'OPTIONS' && template !== undefined && response.status === 204) {
    return allowsDocumented(Object.keys(paths[template] ?? {}), response)
      ? found
      : [...found, `${name}, with an Allow that is not what is documented`];
  }
  if (template === undefined || !operation) {
    // Nothing is documented here but that it is refused.
    const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') ?? true;
    // Extend's contract knows no 405.
    const expected = template === undefined || !isProblem ? [404] : [405];
    if (![...expected, 400, 401, 429].includes(response.status)) found.push(`${name}, which is documented nowhere`);
    return found;
  }
  const answer = operation.responses[String(response.status)];
  if (!answer) return [...found, `${name}, a status that is not documented`];
  const mediaType = (response.headers.get('content-type') ?? '').split(';')[0] ?? '';
  if (!(mediaType in answer.content)) return [...found, `${name} with ${mediaType}, which is not documented`];
  if (request.method === 'HEAD' || !mediaType.endsWith('json')) return found;
  const body = await bodyOf(response);
  if (body === undefined) return found;
  const pointer = ['paths', template, method, 'responses', String(response.status), 'content', mediaType, 'schema'];
  const validate = ajv.getSchema(`openapi#/${pointer.map((part) => escapePointer(part)).join('/')}`);
  if (!validate) return [...found, `${name}: no schema`];
  if (validate(JSON.parse(body)) !== true) found.push(`${name}: ${ajv.errorsText(validate.errors)} in ${body}`);
  return found;
}

/** HEAD and OPTIONS are HTTP's own: no path documents them. */
function allowsDocumented(documented: readonly string[], response: Response): boolean {
  const allowed = (response.headers.get('allow') ?? '').toLowerCase().split(', ');
  const implied = documented.includes('get') ? ['head', 'options'] : ['options'];
  return allowed.toSorted().join() === [...documented, ...implied].toSorted().join();
}

/** Undefined when the connection ended first, which is for the test to judge. */
async function bodyOf(response: Response): Promise<string | undefined> {
  try {
    return await response.clone().text();
  } catch {
    return undefined;
  }
}

/** Paths below `/classify` also stand below `/v1`. */
function templateOf(pathname: string, templates: readonly string[]): string | undefined {
  const path = pathname.replace(/^\/v1(?=\/(?:classify|webhook_secret))/, '').replace(/(?<=.)\/$/, '');
  return templates.find((template) =>
    new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path),
  );
}

/** RFC 6901 in a URI fragment. */
function escapePointer(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
