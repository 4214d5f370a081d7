import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encryptedPdf } from '../../support/documents.ts';
import { extendClient } from '../../support/extend-client.ts';
import { invoiceOrOther as config } from '../../support/extend-config.ts';
import { startService, type TestService } from '../../support/service.ts';

let service: TestService;
let acme: ReturnType<typeof extendClient>;

beforeAll(async () => {
  service = await startService({ API_KEYS: 'acme:acme-key' });
  acme = extendClient(service.url, 'acme-key');
});
afterAll(() => service[Symbol.asyncDispose]());

describe('a password', () => {
  const encrypted = () => new File([encryptedPdf], 'secret.pdf');
  const password = 'asdfzxcv';

  test('opens an encrypted PDF, and stands in no history and clear in no definition', async () => {
    const file = await acme.files.upload(encrypted(), { password });

    const run = await acme.classifyRuns.createAndPoll({ file: { id: file.id }, config });

    expect(run).toMatchObject({ status: 'PROCESSED', file: { metadata: { pageCount: 1 } } });
    expect(await historyText(run.id)).not.toContain(password);
    expect(await filesHold(password)).toBe(false);
  });

  test.each([
    ['wrong', { password: 'guess' }, 'The given password does not open this PDF.'],
    ['missing', {}, 'This PDF is protected by a password. Remove the password and upload it again.'],
  ])('that is %s fails the run with the reason', async (_what, request, failureMessage) => {
    const file = await acme.files.upload(encrypted(), request);

    const run = await acme.classifyRuns.createAndPoll({ file: { id: file.id }, config });

    expect(run).toMatchObject({ status: 'FAILED', failureReason: 'FAILED_TO_PROCESS_FILE', failureMessage });
  });
});

async function historyText(runId: string): Promise<string> {
  const handle = service.namespace.client.workflow.getHandle(runId.replace('clr_', ''));
  return JSON.stringify(await handle.fetchHistory(), (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value,
  );
}

/**
 * Whether a text stands in what the folder store has of files. The document itself tells its password, so its pages do.
 */
async function filesHold(secret: string): Promise<boolean> {
  const entries = await readdir(service.directory, { recursive: true, withFileTypes: true });
  const ofFiles = entries.filter((entry) => entry.isFile() && entry.parentPath.includes('file_'));
  expect(ofFiles.some(({ name }) => name.startsWith('password'))).toBe(true);
  const contents = await Promise.all(ofFiles.map(({ parentPath, name }) => readFile(join(parentPath, name))));
  return contents.some((bytes) => bytes.includes(secret));
}
