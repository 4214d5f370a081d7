import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/config/config.ts';
import { createObjectStore } from '../../../src/storage/create-store.ts';
import type { ObjectStore } from '../../../src/storage/object-store.ts';
import { createWebhookSecret } from '../../../src/webhook/signature.ts';
import { createWebhookSecrets } from '../../../src/records/webhooks/webhook-secrets.ts';

let directory: string;
let store: ObjectStore;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pigeonhole-secrets-'));
  store = createObjectStore({ kind: 'folder', directory });
  await store.check();
});
afterAll(() => rm(directory, { recursive: true, force: true }));

function secretsWith(overlapMs: number, environment: Readonly<Record<string, string>> = {}) {
  return createWebhookSecrets({ store, given: readConfig(environment).webhook.secrets, overlapMs });
}

describe("a tenant's webhook secret", () => {
  test('is made once, however many ask for it first', async () => {
    const secrets = secretsWith(1000);

    const found = await Promise.all(Array.from({ length: 5 }, () => secrets.current('first-use')));

    expect(new Set(found).size).toBe(1);
  });

  test('is not that of another tenant', async () => {
    const secrets = secretsWith(1000);

    expect(await secrets.current('acme')).not.toBe(await secrets.current('globex'));
  });

  test('signs beside the one that replaced it, the new one first', async () => {
    const secrets = secretsWith(3_600_000);
    const first = await secrets.current('rotating');

    const second = await secrets.rotate('rotating');
    const third = await secrets.rotate('rotating');

    expect(await secrets.forSigning('rotating')).toEqual([third, second, first]);
    expect(await secrets.current('rotating')).toBe(third);
  });

  test('signs no more when the overlap is over', async () => {
    const secrets = secretsWith(0);
    await secrets.current('expired');

    const second = await secrets.rotate('expired');

    expect(await secrets.forSigning('expired')).toEqual([second]);
  });

  test('that the operator gave is used, and only the operator changes it', async () => {
    const [first, second] = [createWebhookSecret(), createWebhookSecret()];
    const secrets = secretsWith(1000, { WEBHOOK_SECRETS: `given:${first}, given:${second}` });

    expect(await secrets.forSigning('given')).toEqual([first, second]);
    await expect(secrets.rotate('given')).rejects.toMatchObject({
      code: 'invalid_request',
      detail: expect.stringContaining('WEBHOOK_SECRETS'),
    });
  });

  test('that the operator misspelt is refused at the start, without being told', () => {
    const misspelt = { WEBHOOK_SECRETS: 'acme:whsec_c2hvcnQ=,Acme:whsec_x' };

    expect(() => readConfig(misspelt)).toThrow(/entry 1 must look like.*\n.*entry 2 must look like/);
    expect(() => readConfig(misspelt)).not.toThrow(/c2hvcnQ/);
  });
});
