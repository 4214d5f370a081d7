import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { pdfWithPages } from '../../support/documents.ts';
import { problemOf } from '../../support/problem.ts';
import { classify, finishedJob, startService, type TestService } from '../../support/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startService({ ALLOWED_NETWORKS: '127.0.0.1' });
});
afterAll(() => service[Symbol.asyncDispose]());

const invoice = pdfWithPages(['Invoice number 1, total due 10 EUR']);
const json = JSON.stringify([{ name: 'invoice', description: 'asks for payment' }, 'letter']);

function withDocument(
  ...fields: readonly (readonly [name: string, value: string | Blob, fileName?: string])[]
): FormData {
  const form = new FormData();
  for (const [name, value, fileName] of fields) {
    if (typeof value === 'string') form.append(name, value);
    else form.append(name, value, fileName);
  }
  form.append('pdf_file', new Blob([invoice]), 'a.pdf');
  return form;
}

function send(
  body: FormData | URLSearchParams | Blob | string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${service.url}/classify`, { method: 'POST', body, headers });
}

async function accepted(response: Response): Promise<string> {
  expect(response.status).toBe(202);
  const { job_id }: { job_id: string } = JSON.parse(await response.text());
  return job_id;
}

describe('POST /classify reads a form as its sender meant it', () => {
  test.each([
    [
      'categories as a part with a file name',
      withDocument(['categories', new Blob([json], { type: 'application/json' })]),
    ],
    ['categories with a byte order mark', withDocument(['categories', `\uFEFF${json}`])],
    [
      'a part with a file name and a byte order mark',
      withDocument(['categories', new Blob([`\uFEFF${json}`]), 'c.json']),
    ],
    ['categories[] repeated', withDocument(['categories[]', 'invoice'], ['categories[]', '{"name": "letter"}'])],
    ['categories repeated', withDocument(['categories', 'invoice'], ['categories', 'letter'])],
    ['categories[0]', withDocument(['categories[1]', 'letter'], ['categories[0]', 'invoice'])],
    [
      'categories[0][name]',
      withDocument(
        ['categories[0][name]', 'invoice'],
        ['categories[0][description]', 'asks for payment'],
        ['categories[1][name]', 'letter'],
      ),
    ],
    ['categories[0].name', withDocument(['categories[0].name', 'invoice'], ['categories[1].name', 'letter'])],
    ['categories.0.name', withDocument(['categories.0.name', 'invoice'], ['categories.1.name', 'letter'])],
    ['categories[][name]', withDocument(['categories[][name]', 'invoice'], ['categories[][name]', 'letter'])],
    ['Categories and maxPages', withDocument(['Categories', json], ['maxPages', '1'])],
    ['pages[]', withDocument(['categories', json], ['pages[]', '1'], ['pages[]', '2-3'])],
    [
      'instructions as a part with a file name',
      withDocument(['categories', json], ['instructions', new Blob(['\uFEFFReminders are letters.']), 'i.txt']),
    ],
    ['no field of ours beside it', withDocument(['categories', json], ['submit', 'Send'], ['utf8', '✓'])],
  ])('%s', async (_what, form) => {
    const job = await finishedJob(service.url, await accepted(await send(form)));

    expect(job).toMatchObject({ status: 'completed', result: { classification: 'invoice' } });
  });

  test('200 categories in parts', async () => {
    const parts = Array.from({ length: 200 }, (_, index) => [`categories[${index}][name]`, `kind ${index}`] as const);
    const descriptions = parts.map(([name]) => [name.replace('name', 'description'), 'x'] as const);

    const response = await send(withDocument(...parts, ...descriptions));

    expect(response.status).toBe(202);
  });

  test('metadata in parts, and gives it back whole', async () => {
    const form = withDocument(
      ['categories', json],
      ['metadata[order][id]', '7'],
      ['metadata[tags][]', 'a'],
      ['metadata[__proto__][x]', '1'],
    );
    const jobId = await accepted(await send(form));

    const job: { metadata: unknown } = JSON.parse(
      await (await fetch(`${service.url}/classify/${jobId}?include=metadata`)).text(),
    );
    expect(job.metadata).toMatchObject({ order: { id: '7' }, tags: ['a'] });
  });

  test('brackets of a form without a document', async () => {
    const form = new URLSearchParams([
      ['file_url', 'http://127.0.0.1:9/a.pdf'],
      ['categories[]', 'invoice'],
      ['categories[]', 'letter'],
    ]);

    expect((await send(form)).status).toBe(202);
  });
});

describe('POST /classify refuses', () => {
  const latin1 = Buffer.from('["Kündigung"]', 'latin1');

  test.each([
    ['as a text field', withDocumentBytes(latin1, false)],
    ['as a part with a file name', withDocumentBytes(latin1, true)],
  ])('Latin-1 bytes %s, and says UTF-8', async (_what, body) => {
    const problem = await problemOf(await send(body, { 'content-type': 'multipart/form-data; boundary=x' }));

    expect(problem).toMatchObject({ status: 400, detail: expect.stringMatching(/^categories must be text in UTF-8/) });
  });

  test('Latin-1 bytes of a form without a document', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = 'file_url=http%3A%2F%2F127.0.0.1%3A9%2Fa&categories=%5B%22K%FCndigung%22%5D';

    expect(await problemOf(await send(body, headers))).toMatchObject({
      status: 400,
      detail: expect.stringMatching(/^The request body must be text in UTF-8/),
    });
  });

  test('Latin-1 bytes of JSON, in the other contract', async () => {
    const response = await fetch(`${service.url}/classifiers`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from('{"name":"Kündigungen"}', 'latin1'),
    });

    expect(response.status).toBe(400);
    expect(await response.text()).toContain('The request body must be text in UTF-8');
  });

  test.each(['application/pdf', 'image/png', 'application/octet-stream', 'text/plain'])(
    'a document as a body of the type %s with 415, and says how it is sent',
    async (type) => {
      const problem = await problemOf(await send(new Blob([invoice], { type })));

      expect(problem).toMatchObject({ status: 415, code: 'unsupported_media_type' });
      expect(problem.detail).toContain(`curl -F pdf_file=@document.pdf sends; got "${type}"`);
    },
  );

  test.each([
    ['instrutions', 'instructions'],
    ['catagories', 'categories'],
    ['page', 'pages'],
    ['webhok_url', 'webhook_url'],
  ])('the field %s, which it would leave out otherwise', async (field, meant) => {
    const problem = await problemOf(await send(withDocument(['categories', json], [field, 'x'])));

    expect(problem).toMatchObject({
      status: 400,
      detail: `${field} is not a field of this form; did you mean ${meant}?`,
    });
  });

  test.each([
    [
      'metadata',
      `${'{"a":'.repeat(1700)}1${'}'.repeat(1700)}`,
      'metadata must not be nested more deeply than 100 levels',
    ],
    ['pages', '1,'.repeat(200_000), 'pages must hold at most 1000 ranges'],
  ])('%s that is too much for anybody', async (field, value, detail) => {
    const problem = await problemOf(await send(withDocument(['categories', json], [field, value])));

    expect(problem).toMatchObject({ status: 400, detail });
  });
});

test('a web page at file_url is called one', async () => {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/pdf' }).end('\n<!DOCTYPE html><title>Sign in</title>');
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const address = server.address();
  const fields = { file_url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/` };

  expect((await classify(service.url, { fields })).error).toMatch(/^file_url is a web page \(HTML\)/);
});

function withDocumentBytes(categories: Buffer, isFile: boolean): Uint8Array<ArrayBuffer> {
  const fileName = isFile ? '; filename="c.json"' : '';
  return new Uint8Array(
    Buffer.concat([
      Buffer.from(`--x\r\nContent-Disposition: form-data; name="categories"${fileName}\r\n\r\n`),
      categories,
      Buffer.from('\r\n--x\r\nContent-Disposition: form-data; name="pdf_file"; filename="a.pdf"\r\n\r\n'),
      invoice,
      Buffer.from('\r\n--x--\r\n'),
    ]),
  );
}
