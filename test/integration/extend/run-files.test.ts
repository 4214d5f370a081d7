import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { sampleInvoice } from '../../support/documents.ts';
import { extendClient } from '../../support/extend-client.ts';
import { invoiceOrOther as config, invoiceText } from '../../support/extend-config.ts';
import { freePort } from '../../support/free-ports.ts';
import { startService, type TestService } from '../../support/service.ts';

let service: TestService;
let acme: ReturnType<typeof extendClient>;

beforeAll(async () => {
  service = await startService({ API_KEYS: 'acme:acme-key', ALLOWED_NETWORKS: '127.0.0.1' });
  acme = extendClient(service.url, 'acme-key');
});
afterAll(() => service[Symbol.asyncDispose]());

describe('the file of a run', () => {
  test('comes as a text or from a URL, and is a file like any other', async () => {
    const url = await serve({ '/in/M%C3%A4rz%202026.csv': 'invoice,amount due\nA-1,12.00\n' });
    const inputs = [
      { text: invoiceText },
      { text: invoiceText, name: 'mail.html' },
      { url: `${url}/in/M%C3%A4rz%202026.csv?signature=secret` },
      { url: `${url}/in/M%C3%A4rz%202026.csv`, name: 'given.csv' },
    ];

    const runs = await Promise.all(inputs.map((file) => acme.classify({ file, config })));

    expect(runs.map(({ status, file }) => [status, file?.name, file?.type])).toEqual([
      ['PROCESSED', `${runs[0]?.file?.id}.txt`, 'TXT'],
      ['PROCESSED', 'mail.html', 'HTML'],
      ['PROCESSED', 'März 2026.csv', 'CSV'],
      ['PROCESSED', 'given.csv', 'CSV'],
    ]);
    const links = await Promise.all(runs.map(async ({ file }) => acme.files.retrieve(file?.id ?? '')));
    const contents = await Promise.all(links.map(async ({ presignedUrl }) => (await fetch(presignedUrl ?? '')).text()));
    expect(contents.slice(0, 3)).toEqual([invoiceText, invoiceText, 'invoice,amount due\nA-1,12.00\n']);
  });

  test('comes as base64, which the SDK does not know of', async () => {
    const base64 = Buffer.from(sampleInvoice).toString('base64');

    const response = await fetch(`${service.url}/classify`, {
      method: 'POST',
      headers: { authorization: 'Bearer acme-key', 'content-type': 'application/json' },
      body: JSON.stringify({ file: { base64, name: 'scan.pdf' }, config }),
    });

    expect(await response.json()).toMatchObject({
      status: 'PROCESSED',
      file: { name: 'scan.pdf', type: 'PDF', metadata: { pageCount: 2 } },
      output: { id: 'inv' },
    });
  });

  test('can be asked about again, also while its URL is not fetched yet', async () => {
    const url = await serve({ '/a.txt': invoiceText });
    const first = await acme.classifyRuns.create({ file: { url: `${url}/a.txt` }, config });

    const second = await acme.classifyRuns.createAndPoll({ file: { id: first.file?.id ?? '' }, config });

    expect(second).toMatchObject({ status: 'PROCESSED', file: { id: first.file?.id, type: 'TXT' } });
  });

  test.each([
    ['that answers 404', '/nowhere.pdf', 'file.url answered with HTTP 404.'],
    ['that gives a Word file', '/letter.docx', /^file\.url is an Office file.*text \(TXT/],
    ['that gives nothing', '/empty', /^file\.url is empty/],
  ])('from a URL %s fails the run', async (_what, path, message) => {
    const url = await serve({ '/letter.docx': 'PK\x03\x04....word/document.xml', '/empty': '' });

    const run = await acme.classify({ file: { url: url + path }, config });

    expect(run).toMatchObject({ status: 'FAILED', failureReason: 'FAILED_TO_PROCESS_FILE' });
    expect(run.file?.name).toBe(path.slice(1));
    expect(run.failureMessage).toMatch(message);
  });

  test('is null once it was deleted, and the run stays', async () => {
    const run = await acme.classify({ file: { text: invoiceText }, config });

    await acme.files.delete(run.file?.id ?? '');

    expect(await acme.classifyRuns.retrieve(run.id)).toStrictEqual({ ...run, file: null });
  });
});

/** A server of this test's own. */
async function serve(files: Readonly<Record<string, string>>): Promise<string> {
  const port = await freePort();
  const server = createServer((request, response) => {
    const content = files[request.url?.split('?')[0] ?? ''];
    response.writeHead(content === undefined ? 404 : 200).end(content && Buffer.from(content, 'utf8'));
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(port, '127.0.0.1', () => resolve());
  await promise;
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${port}`;
}
