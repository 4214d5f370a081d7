import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pageImage, sampleInvoice } from '../../support/documents.ts';
import { extendClient, extendErrorOf } from '../../support/extend-client.ts';
import { instantPattern, invoiceOrOther as config } from '../../support/extend-config.ts';
import { startService, type TestService } from '../../support/service.ts';

let service: TestService;
let directory: string;
let acme: ReturnType<typeof extendClient>;
let globex: ReturnType<typeof extendClient>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pigeonhole-files-'));
  service = await startService({ API_KEYS: 'acme:acme-key,globex:globex-key', MAX_FILE_MB: '1' });
  acme = extendClient(service.url, 'acme-key');
  globex = extendClient(service.url, 'globex-key');
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

const instant = expect.stringMatching(instantPattern);
const text = (content: string, name: string) => new File([content], name);

describe('an upload', () => {
  test('gives the file with every key there, and no link yet', async () => {
    const file = await acme.files.upload(new File([sampleInvoice], 'Rechnung "März" 請求書.pdf'), {});

    expect(file).toStrictEqual({
      object: 'file',
      id: expect.stringMatching(/^file_\w+$/),
      name: 'Rechnung "März" 請求書.pdf',
      type: 'PDF',
      parentFileId: null,
      metadata: {},
      createdAt: instant,
      updatedAt: file.createdAt,
      presignedUrl: null,
      contents: null,
    });
  });

  test('comes as a stream of unknown length, or without a name', async () => {
    const path = join(directory, 'scan.pdf');
    await writeFile(path, sampleInvoice);

    const files = [
      await acme.files.upload(createReadStream(path), {}),
      await acme.files.upload(new Blob([sampleInvoice]), {}),
    ];

    expect(files.map(({ name, type }) => [name, type])).toEqual([
      ['scan.pdf', 'PDF'],
      ['blob', 'PDF'],
    ]);
  });

  test('is of the type that its bytes say, and among texts of the one that its name says', async () => {
    const files = [
      new File([await pageImage('page.png')], 'not-a.pdf', { type: 'application/pdf' }),
      text('a,b\n1,2', 'table.csv'),
      text('just words', 'notes.md'),
      text('<?xml version="1.0"?><a/>', 'data'),
      text('<!doctype html><p>Hello', 'page.txt'),
      text('<a/>', 'data.xml'),
    ];

    const types = await Promise.all(files.map(async (file) => (await acme.files.upload(file, {})).type));
    expect(types).toEqual(['IMG', 'CSV', 'TXT', 'XML', 'HTML', 'XML']);
  });

  test.each([
    [
      'a Word file',
      'PK\x03\x04\x14\0\x06\0[Content_Types].xml',
      /an Office file \(DOCX, XLSX, PPTX\).*a text \(TXT, CSV/,
    ],
    ['an old Excel file', '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', /an old Microsoft Office file/],
    ['bytes of no known kind', '\0\x01\x02', /not of a kind that can be classified; it must be a PDF, an image/],
    ['nothing', '', /is empty/],
  ])('of %s is refused, and says what is allowed', async (_what, content, message) => {
    const file = new File([Buffer.from(content, 'latin1')], 'file.docx');

    expect(await extendErrorOf(acme.files.upload(file, {}))).toMatchObject({
      status: 400,
      name: 'BadRequestError',
      code: 'INVALID_REQUEST',
      message: expect.stringMatching(message),
    });
  });

  test('that is too large is refused with the limit', async () => {
    const large = new File([new Uint8Array(1_000_001).fill(0x20)], 'large.txt');

    expect(await extendErrorOf(acme.files.upload(large, {}))).toMatchObject({
      status: 400,
      message: expect.stringContaining('limit of 1 MB'),
    });
  });

  test('without a file, or with a password given twice, is refused by the name of the field', async () => {
    const nothing = new FormData();
    nothing.set('password', 'x');
    const twice = new FormData();
    twice.set('file', new File([sampleInvoice], 'a.pdf'));
    twice.append('password', 'a');
    twice.append('password', 'b');

    expect(await postForm(nothing)).toMatchObject({
      status: 400,
      body: { message: expect.stringMatching(/^file must be sent/) },
    });
    expect(await postForm(twice)).toMatchObject({ status: 400, body: { message: 'password must be given once' } });
  });

  test('takes convertToPdf for a yes or a no', async () => {
    const file = new File([sampleInvoice], 'a.pdf');

    expect((await acme.files.upload(file, { convertToPdf: true })).type).toBe('PDF');
  });
});

async function postForm(body: FormData) {
  const headers = { authorization: 'Bearer acme-key' };
  const response = await fetch(`${service.url}/files/upload`, { method: 'POST', body, headers });
  const answer: unknown = await response.json();
  return { status: response.status, body: answer };
}

describe('a file', () => {
  test('is opened by its link without a key, byte for byte, as what it is', async () => {
    const { id } = await acme.files.upload(new File([sampleInvoice], 'Größe (1).pdf'), {});

    const { presignedUrl } = await acme.files.retrieve(id);
    const response = await fetch(presignedUrl ?? '');

    expect(response.status).toBe(200);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(sampleInvoice);
    expect(response.headers.get('content-type')).toBe('application/pdf');
    expect(response.headers.get('content-disposition')).toBe(`inline; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%281%29.pdf`);
  });

  test('that holds markup is opened as plain text, which runs nothing', async () => {
    const { id } = await acme.files.upload(text('<script>alert(1)</script>', 'page.html'), {});

    const response = await fetch((await acme.files.retrieve(id)).presignedUrl ?? '');

    expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('content-security-policy')).toBe('sandbox');
  });

  test('is not opened by a link that was changed', async () => {
    const [one, two] = await Promise.all([
      acme.files.upload(text('one', '1.txt'), {}),
      acme.files.upload(text('two', '2.txt'), {}),
    ]);
    const { presignedUrl } = await acme.files.retrieve(one.id);
    const changed = [
      (presignedUrl ?? '').replace(one.id, two.id),
      (presignedUrl ?? '').replace('/acme/', '/globex/'),
      (presignedUrl ?? '').replace(/expires=(\d+)/, (_, at: string) => `expires=${Number(at) + 1}`),
      (presignedUrl ?? '').split('?')[0] ?? '',
    ];

    const statuses = await Promise.all(changed.map(async (url) => (await fetch(url)).status));
    expect(statuses).toEqual([404, 404, 404, 404]);
  });

  test('is deleted with its bytes', async () => {
    const { id } = await acme.files.upload(text('gone soon', 'gone.txt'), {});
    const { presignedUrl } = await acme.files.retrieve(id);

    expect(await acme.files.delete(id)).toStrictEqual({ id });

    expect(await extendErrorOf(acme.files.retrieve(id))).toMatchObject({ status: 404, name: 'NotFoundError' });
    expect(await extendErrorOf(acme.files.delete(id))).toMatchObject({ status: 404 });
    expect((await fetch(presignedUrl ?? '')).status).toBe(404);
  });

  test('of another tenant is as absent as one that never was', async () => {
    const { id } = await acme.files.upload(text('ours', 'ours.txt'), {});
    const run = { file: { id }, config };

    const answers = await Promise.all([
      extendErrorOf(globex.files.retrieve(id)),
      extendErrorOf(globex.files.delete(id)),
      extendErrorOf(globex.classifyRuns.create(run)),
    ]);

    for (const { status, message } of answers) {
      expect([status, message]).toEqual([404, `There is no file "${id}".`]);
    }
    for (const never of ['file_never', 'nonsense', '../files', 'file_..']) {
      expect(await extendErrorOf(globex.files.retrieve(never))).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    }
  });

  test('gives the text that a run has read in it, as a whole and by pages', async () => {
    const { id } = await acme.files.upload(text('page one\fpage two', 'two.txt'), {});
    expect((await acme.files.retrieve(id, { rawText: true })).contents).toBeNull();

    await acme.classifyRuns.createAndPoll({ file: { id }, config });

    expect((await acme.files.retrieve(id, { rawText: true, markdown: true })).contents).toStrictEqual({
      rawText: 'page one\npage two',
      pages: [
        { pageNumber: 1, markdown: 'page one' },
        { pageNumber: 2, markdown: 'page two' },
      ],
    });
    expect((await acme.files.retrieve(id)).metadata).toEqual({ pageCount: 2 });
  });
});
