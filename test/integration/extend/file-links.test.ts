import { randomUUID } from 'node:crypto';
import { expect, inject, test } from 'vitest';
import { sampleInvoice } from '../../support/documents.ts';
import { extendClient } from '../../support/extend-client.ts';
import { invoiceOrOther as config } from '../../support/extend-config.ts';
import { startService } from '../../support/service.ts';

test('links begin with the public address where the operator names one', async () => {
  const publicUrl = 'https://pigeonhole.example/extend';
  await using service = await startService({ API_KEYS: 'acme:acme-key', PUBLIC_URL: `${publicUrl}/` });
  const acme = extendClient(service.url, 'acme-key');

  const run = await acme.classify({ file: { text: 'Invoice' }, config });
  const { presignedUrl } = await acme.files.retrieve(run.file?.id ?? '');

  expect(run.dashboardUrl).toBe(`${publicUrl}/classify/${run.id.replace('clr_', '')}`);
  expect(presignedUrl?.startsWith(`${publicUrl}/signed/files/acme/`)).toBe(true);
  // What a proxy would pass on.
  expect((await fetch((presignedUrl ?? '').replace(publicUrl, service.url))).status).toBe(200);
});

test('links lead to the S3 server where callers reach that, else to the API', async () => {
  const s3 = inject('s3');
  const settings = {
    API_KEYS: 'acme:acme-key',
    S3_ENDPOINT: s3.endpoint,
    S3_ACCESS_KEY: s3.accessKey,
    S3_SECRET_KEY: s3.secretKey,
    S3_BUCKET: `links-${randomUUID()}`,
  };
  const publicEndpoint = s3.endpoint.replace('127.0.0.1', 'localhost');
  await using reached = await startService({ ...settings, S3_PUBLIC_ENDPOINT: publicEndpoint });
  await using hidden = await startService(settings);
  const { id } = await extendClient(reached.url, 'acme-key').files.upload(new File([sampleInvoice], 'a.pdf'), {});

  const links = await Promise.all(
    [reached, hidden].map(
      async ({ url }) => (await extendClient(url, 'acme-key').files.retrieve(id)).presignedUrl ?? '',
    ),
  );

  expect(links.map((link) => new URL(link).origin)).toEqual([publicEndpoint, hidden.url]);
  for (const link of links) {
    const response = await fetch(link);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(sampleInvoice);
    expect(response.headers.get('content-type')).toBe('application/pdf');
  }
});
