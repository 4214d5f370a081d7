import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { extendClient, sendRaw } from '../../support/extend-client.ts';
import { invoiceOrOther as config } from '../../support/extend-config.ts';
import { startService, type TestService } from '../../support/service.ts';

let service: TestService;

beforeAll(async () => {
  service = await startService({ API_KEYS: 'acme:acme-key' });
});
afterAll(() => service[Symbol.asyncDispose]());

const file = { text: 'an invoice' };
const [invoice, other] = config.classifications;

/** What is wrong, the body, and what the sentence begins with. */
const refused: readonly (readonly [string, unknown, RegExp])[] = [
  ['no body', undefined, /^file: /],
  ['an array', [], /^The request body: .*expected object/],
  [
    'neither a config nor a classifier',
    { file },
    /^The request body: must have exactly one of classifier and config; has neither/,
  ],
  ['both', { file, config, classifier: { id: 'cl_1' } }, /must have exactly one of classifier and config; has both/],
  ['no file', { config }, /^file: /],
  ['a file that is a text', { config, file: 'https://example.com/a.pdf' }, /^file: .*expected object/],
  ['a file that is empty', { config, file: {} }, /^file: must have exactly one of url, id, text, base64; has none/],
  [
    'a file of two kinds',
    { config, file: { id: 'file_1', text: 'a' } },
    /^file: must have exactly one of .*; has id and text/,
  ],
  ['a text that is blank', { config, file: { text: ' \n' } }, /^file\.text: must not be blank/],
  ['a text that is a number', { config, file: { text: 7 } }, /^file\.text: .*expected string/],
  ['an id that is null', { config, file: { id: null } }, /^file\.id: .*expected string/],
  ['base64 that is none', { config, file: { base64: 'a b' } }, /^file\.base64: must be base64/],
  ['base64 of a ZIP', { config, file: { base64: 'UEsDBBQAAAA=' } }, /^file\.base64 is a ZIP archive.*a text \(TXT/],
  ['a URL that is none', { config, file: { url: 'nonsense' } }, /^file\.url must be an absolute URL/],
  ['a URL of another scheme', { config, file: { url: 'file:///etc/passwd' } }, /^file\.url must begin with http/],
  [
    'a URL of this network',
    { config, file: { url: 'http://169.254.169.254/a' } },
    /^The address of file\.url is not allowed/,
  ],
  [
    'a password that is none',
    { config, file: { url: 'https://a.example', settings: { password: '' } } },
    /^file\.settings\.password/,
  ],
  ['no classifications', { file, config: {} }, /^config\.classifications: /],
  ['not one classification', { file, config: { classifications: [] } }, /^config\.classifications: /],
  ['no other', { file, config: { classifications: [invoice] } }, /^config\.classifications: .*type "other"/],
  [
    'an id twice',
    { file, config: { classifications: [invoice, { ...other, id: 'inv' }] } },
    /^config\.classifications\.1\.id: repeats/,
  ],
  [
    'a classification without a description',
    { file, config: { classifications: [{ id: 'a', type: 'other' }] } },
    /^config\.classifications\.0\.description/,
  ],
  [
    'a type that is half a character',
    { file, config: { classifications: [{ ...invoice, type: '\ud800' }, other] } },
    /^config\.classifications\.0\.type: must be text, without NUL/,
  ],
  [
    'a type with NUL, in an override',
    { file, classifier: { id: 'cl_1', overrideConfig: { classifications: [other, { ...invoice, type: 'a\0b' }] } } },
    /^classifier\.overrideConfig\.classifications\.1\.type: must be text, without NUL/,
  ],
  ['rules that are a number', { file, config: { ...config, classificationRules: 7 } }, /^config\.classificationRules/],
  [
    'pages that run backwards',
    { file, config: { ...config, advancedOptions: { pageRanges: [{ start: 3, end: 2 }] } } },
    /^config\.advancedOptions\.pageRanges\.0/,
  ],
  ['a priority out of range', { file, config, priority: 101 }, /^priority: .*100/],
  ['a priority in words', { file, config, priority: 'high' }, /^priority: /],
  ['metadata that are a list', { file, config, metadata: [] }, /^metadata: /],
  [
    'metadata of more than 10 KB',
    { file, config, metadata: { a: 'x'.repeat(10_240) } },
    /^metadata: must have at most 10240 bytes/,
  ],
  ['a classifier without an id', { file, classifier: {} }, /^classifier\.id/],
  [
    'an override without other',
    { file, classifier: { id: 'cl_1', overrideConfig: { classifications: [invoice] } } },
    /^classifier\.overrideConfig\.classifications/,
  ],
];

/** Asks for a run of the body, and for the answer to one at once. */
function askForRun(given: unknown): Promise<Awaited<ReturnType<typeof sendRaw>>[]> {
  const body = given === undefined ? {} : { body: JSON.stringify(given) };
  return Promise.all(['/classify_runs', '/classify'].map((path) => sendRaw(service.url + path, 'acme-key', body)));
}

describe('what no run can be made of', () => {
  test.each(refused)('%s is a 400 that names the field', async (_what, given, message) => {
    for (const answer of await askForRun(given)) {
      expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST', retryable: false } });
      expect(answer.body.message).toMatch(message);
    }
  });

  test('leaves nothing behind', async () => {
    const acme = extendClient(service.url, 'acme-key');
    for (const [, given] of refused) await askForRun(given);

    expect((await acme.files.list({})).data).toEqual([]);
    expect((await acme.classifyRuns.list({})).data).toEqual([]);
  });

  test('a body that is broken, or of another kind, is a 400 in the same form', async () => {
    const broken = await sendRaw(`${service.url}/classify_runs`, 'acme-key', { body: '{"file":' });
    const form = await sendRaw(`${service.url}/classify_runs`, 'acme-key', { body: 'a=b', contentType: 'text/plain' });

    expect(broken).toMatchObject({ status: 400, body: { message: 'The request body is not valid JSON.' } });
    expect(form.body.message).toMatch(/^The request body must be a JSON object/);
  });

  test.each([
    ['null', 'null'],
    ['"file"', 'string'],
    ['7', 'number'],
    ['[]', 'array'],
  ])('JSON that is no object, %s, is told what it is', async (body, seen) => {
    for (const path of ['/classify_runs', '/classify', '/classifiers', '/webhook_endpoints', '/evaluation_sets']) {
      expect(await sendRaw(service.url + path, 'acme-key', { body })).toMatchObject({
        status: 400,
        body: { message: `The request body: Invalid input: expected object, received ${seen}` },
      });
    }
  });

  test('a body that is too large is refused with the limit and what to do instead', async () => {
    const body = JSON.stringify({ file: { text: 'x'.repeat(17_000_000) }, config });

    const answer = await sendRaw(`${service.url}/classify_runs`, 'acme-key', { body });

    expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST', retryable: false } });
    expect(answer.body.message).toMatch(/at most 16777216 bytes .* uploaded as files/);
  });

  test('without a key it is told the header of either contract', async () => {
    const answer = await fetch(`${service.url}/classify_runs`);

    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({
      message: expect.stringMatching(/api-key, or as Authorization: Bearer/),
    });
  });
});

describe('every answer', () => {
  test.each([
    ['GET', '/parse_runs/pr_1'],
    ['POST', '/extract_runs'],
    ['PUT', '/classify_runs/clr_1'],
    ['POST', '/files'],
  ])('is a 404 in JSON for %s %s, which is not served', async (method, path) => {
    const answer = await sendRaw(service.url + path, 'acme-key', { method });

    expect(answer).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
  });

  test('names the request in a header and, when it is an error, in the body; the version header may be missing', async () => {
    const headers = { authorization: 'Bearer acme-key' };
    const [list, missing, keyless] = await Promise.all([
      fetch(`${service.url}/classify_runs`, { headers }),
      fetch(`${service.url}/classify_runs/clr_1`, { headers }),
      fetch(`${service.url}/files`),
    ]);

    expect([list.status, missing.status, keyless.status]).toEqual([200, 404, 401]);
    for (const { headers: answered } of [list, missing, keyless]) {
      expect(answered.get('x-extend-request-id')).toBe(answered.get('x-request-id'));
    }
    expect(await missing.json()).toMatchObject({ requestId: missing.headers.get('x-extend-request-id') });
  });

  test.each([
    ['status', 'QUEUED'],
    ['source', 'ELSEWHERE'],
    ['sortBy', 'name'],
    ['sortDir', 'up'],
    ['maxPageSize', '1000'],
    ['nextPageToken', 'nonsense'],
  ])('of a list refuses %s=%s by its name', async (name, value) => {
    const answer = await sendRaw(`${service.url}/classify_runs?${name}=${value}`, 'acme-key', { method: 'GET' });

    expect(answer.status).toBe(400);
    expect(answer.body.message).toContain(name);
  });
});
