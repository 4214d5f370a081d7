import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { encryptedPdf } from '../../support/documents.ts';
import { extendClient, sendRaw } from '../../support/extend-client.ts';
import { invoiceOrOther } from '../../support/extend-config.ts';
import { finishedJob, startService, type TestService } from '../../support/service.ts';

const acme = { 'api-key': 'acme-key' };
let service: TestService;

beforeAll(async () => {
  service = await startService({ API_KEYS: 'acme:acme-key' });
});
afterAll(() => service[Symbol.asyncDispose]());

describe('a run of Extend that is run again', () => {
  const runSchema = z.looseObject({ id: z.string(), rerunOf: z.string() });

  async function rerunOf(runId: string, body: unknown = {}) {
    const response = await fetch(`${service.url}/classify_runs/${runId}/rerun`, {
      method: 'POST',
      headers: { authorization: 'Bearer acme-key', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return runSchema.parse(await response.json());
  }

  test('has the same file and its password, the same version of the classifier unless asked, and metadata', async () => {
    const client = extendClient(service.url, 'acme-key');
    const { id: classifierId } = await client.classifiers.create({ name: 'Mail', config: invoiceOrOther });
    await client.classifierVersions.create(classifierId, { releaseType: 'major' });
    const file = { base64: Buffer.from(encryptedPdf).toString('base64'), settings: { password: 'asdfzxcv' } };
    const body = JSON.stringify({ file, classifier: { id: classifierId }, metadata: { order: 7 } });
    const headers = { authorization: 'Bearer acme-key', 'content-type': 'application/json' };
    const created = await fetch(`${service.url}/classify_runs`, { method: 'POST', headers, body });
    const { id } = z.looseObject({ id: z.string() }).parse(await created.json());
    const first = await client.classifyRuns.retrieve((await finished(id)).id);
    await client.classifiers.update(classifierId, { config: { ...invoiceOrOther, classificationRules: 'New.' } });
    await client.classifierVersions.create(classifierId, { releaseType: 'major' });

    const same = await finished((await rerunOf(id)).id);
    const newest = await finished((await rerunOf(id, { classifier_version: 'latest' })).id);

    expect(same).toMatchObject({ status: first.status, config: first.config, metadata: { order: 7 }, rerunOf: id });
    expect(same.classifierVersion).toEqual(first.classifierVersion);
    expect(same.file?.id).toBe(first.file?.id);
    expect(newest).toMatchObject({ config: { classificationRules: 'New.' }, classifierVersion: { version: '2.0' } });
    const listed = () =>
      fetch(`${service.url}/classify_runs?rerunOf=${id}`, { headers }).then((response) => response.json());
    await expect.poll(listed).toMatchObject({ data: [{ id: newest.id }, { id: same.id, rerunOf: id }] });

    async function finished(runId: string) {
      await finishedJob(service.url, runId.slice('clr_'.length), acme);
      return client.classifyRuns.retrieve(runId);
    }
  });

  test('keeps the file when the first run is deleted with which it came', async () => {
    const client = extendClient(service.url, 'acme-key');
    const run = await client.classifyRuns.createAndPoll({ file: { text: 'Bill' }, config: invoiceOrOther });
    const again = await rerunOf(run.id);
    await client.classifyRuns.delete(run.id);
    await finishedJob(service.url, again.id.slice('clr_'.length), acme);

    const third = await rerunOf(again.id);
    const { status } = await finishedJob(service.url, third.id.slice('clr_'.length), acme);

    expect(status).toBe('completed');
    expect((await client.classifyRuns.retrieve(third.id)).file).toEqual(run.file);
  });

  test('is refused once its file is deleted', async () => {
    const client = extendClient(service.url, 'acme-key');
    const run = await client.classifyRuns.createAndPoll({ file: { text: 'Bill' }, config: invoiceOrOther });
    await client.files.delete(run.file?.id ?? '');

    const { status, body } = await sendRaw(`${service.url}/classify_runs/${run.id}/rerun`, 'acme-key', { body: '{}' });

    expect({ status, body }).toMatchObject({
      status: 400,
      body: { code: 'INVALID_REQUEST', message: 'The document of this job was deleted, so it cannot be run again.' },
    });
  });
});
