import { createHash, randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { Client } from 'minio';
import { describe, expect, inject, test } from 'vitest';
import { createMinioStore } from '../../src/storage/minio-store.ts';
import type { LifecycleRule } from '../../src/storage/object-store.ts';
import type { S3Address } from '../support/servers.ts';

const minio = inject('minio');
const servers: readonly (readonly [name: string, address: S3Address])[] = [
  ['SeaweedFS', inject('s3')],
  ...(minio ? ([['MinIO', minio]] as const) : []),
];

const idPrefix = 'pigeonhole-jobs-';
const one = { id: `${idPrefix}acme`, prefix: 'tenants/acme/jobs/', expirationDays: 120 } as const;
const own: readonly LifecycleRule[] = [
  one,
  { id: `${idPrefix}globex`, prefix: 'tenants/globex/jobs/', expirationDays: 120 },
];

/** The first one's id, read as a number, would come back as 7. */
const foreign = [
  '<Rule><ID>007</ID><Status>Enabled</Status><Filter><Prefix>backups/</Prefix></Filter><Expiration><Days>3</Days></Expiration></Rule>',
  `<Rule><ID>of-others</ID><Status>Disabled</Status><Filter><And><Prefix>archive/</Prefix><Tag><Key>kind</Key><Value>a&amp;b</Value></Tag></And></Filter>
   <Expiration><Days>30</Days></Expiration></Rule>`,
];

describe.each(servers)('the lifecycle rules of a bucket on %s', (_, address) => {
  async function createBucket() {
    const bucket = `lifecycle-${randomUUID()}`;
    const store = createMinioStore({ ...address, bucket });
    await store.check();
    const { lifecycle } = store;
    if (!lifecycle) throw new Error('a bucket has a lifecycle');
    const { hostname, port } = new URL(address.endpoint);
    const client = new Client({ ...address, endPoint: hostname, port: Number(port), useSSL: false });
    return { bucket, lifecycle, client };
  }

  async function rulesOf(client: Client, bucket: string): Promise<Map<string, string>> {
    const response = await client.makeRequestAsync({ method: 'GET', bucketName: bucket, query: 'lifecycle' });
    const rules = Array.from((await text(response)).matchAll(/<Rule>.*?<\/Rule>/gs), ([rule]) => rule);
    return new Map(rules.map((rule) => [/<ID>([^<]*)/.exec(rule)?.[1] ?? '', rule]));
  }

  test('are set once, changed when they differ, and removed', async () => {
    const { bucket, lifecycle, client } = await createBucket();

    expect(await lifecycle.replaceRules(idPrefix, own)).toBe('changed');
    expect(await lifecycle.replaceRules(idPrefix, own)).toBe('unchanged');
    const set = await rulesOf(client, bucket);
    expect([...set.keys()].toSorted()).toEqual(own.map(({ id }) => id));
    expect(set.get('pigeonhole-jobs-acme')).toContain('<Days>120</Days>');

    expect(await lifecycle.replaceRules(idPrefix, [{ ...one, expirationDays: 60 }])).toBe('changed');
    const changed = await rulesOf(client, bucket);
    expect([...changed.keys()]).toEqual([one.id]);
    expect(changed.get(one.id)).toContain('<Days>60</Days>');

    expect(await lifecycle.replaceRules(idPrefix, [])).toBe('changed');
    await expect(client.getBucketLifecycle(bucket)).rejects.toMatchObject({ code: 'NoSuchLifecycleConfiguration' });
    expect(await lifecycle.replaceRules(idPrefix, [])).toBe('unchanged');
  });

  test('leave those of others exactly as they were', async () => {
    const { bucket, lifecycle, client } = await createBucket();
    const body = `<LifecycleConfiguration>${foreign.join('')}</LifecycleConfiguration>`;
    const headers = { 'content-md5': createHash('md5').update(body).digest('base64') };
    await client.makeRequestAsyncOmit({ method: 'PUT', bucketName: bucket, query: 'lifecycle', headers }, body);
    const before = await rulesOf(client, bucket);

    await lifecycle.replaceRules(idPrefix, own);
    const beside = await rulesOf(client, bucket);
    await lifecycle.replaceRules(idPrefix, []);

    expect(beside.size).toBe(4);
    for (const [id, rule] of before) expect(beside.get(id)).toBe(rule);
    expect(await rulesOf(client, bucket)).toEqual(before);
  });

  test('of uploads that never ended are set, or refused by a server that has none, and nothing is lost', async () => {
    const { bucket, lifecycle, client } = await createBucket();
    await lifecycle.replaceRules(idPrefix, own);

    const outcome = await lifecycle.replaceRules('pigeonhole-uploads', [
      { id: 'pigeonhole-uploads', prefix: 'tenants/', abortUploadDays: 7 },
    ]);

    const ids = own.map(({ id }) => id);
    expect([...(await rulesOf(client, bucket)).keys()].toSorted()).toEqual(
      outcome === 'refused' ? ids : [...ids, 'pigeonhole-uploads'],
    );
  });
});
