import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { packageVersion } from '../../src/dependencies.ts';
import { createOpenApiDocument } from '../../src/http/openapi/document.ts';
import { violationsOf } from '../support/answer-checks.ts';

const document: object = createOpenApiDocument(packageVersion());
const { paths, components } = z
  .looseObject({
    paths: z.record(z.string(), z.record(z.string(), z.looseObject({ operationId: z.string() }))),
    components: z.looseObject({
      schemas: z.record(z.string(), z.looseObject({ examples: z.array(z.unknown()).default([]) })),
    }),
  })
  .parse(document);

describe('the OpenAPI document', () => {
  test('docs/openapi.json is what `npm run docs:openapi` writes', () => {
    const file = readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8');

    expect(JSON.parse(file)).toEqual(JSON.parse(JSON.stringify(document)));
  });

  test('names each operation once', () => {
    const names = Object.values(paths).flatMap((methods) => Object.values(methods).map((each) => each.operationId));

    expect(names).toEqual([...new Set(names)]);
  });

  const ajv = new Ajv2020({ strict: false, formats: fullFormats });
  ajv.addSchema({ ...document, $id: 'openapi' });

  test.each(Object.entries(components.schemas))('the examples of %s are valid', (name, { examples }) => {
    const validate = ajv.getSchema(`openapi#/components/schemas/${name}`);

    for (const example of examples) {
      expect(validate?.(example)).toBe(true);
    }
    expect(validate).toBeDefined();
  });
});

describe('the check of every answer', () => {
  const request = (method: string, path: string) => new Request(`http://localhost${path}`, { method });
  const headers = { 'content-type': 'application/json', 'x-request-id': 'a' };
  const job = { job_id: 'a', status: 'queued', progress: 'Starting classification...', error: null, result: null };

  test('lets through what is documented', async () => {
    expect(await violationsOf(request('GET', '/v1/classify/a'), Response.json(job, { headers }))).toEqual([]);
    expect(await violationsOf(request('GET', '/nowhere'), new Response(null, { status: 404, headers }))).toEqual([]);
  });

  test.each([
    ['another status', 'GET', Response.json(job, { headers, status: 201 })],
    ['another media type', 'GET', new Response('a', { headers: { ...headers, 'content-type': 'text/plain' } })],
    ['a key too many', 'GET', Response.json({ ...job, surprise: 1 }, { headers })],
    ['a key too few', 'GET', Response.json({ job_id: 'a' }, { headers })],
    ['a method that is not there', 'PUT', Response.json(job, { headers })],
    ['no request id', 'GET', Response.json(job)],
  ])('finds %s', async (_what, method, response) => {
    expect(await violationsOf(request(method, '/classify/a'), response)).toHaveLength(1);
  });
});
