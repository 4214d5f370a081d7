import { z } from 'zod';
import { readJson, writeJson } from '../json-documents.ts';
import { webhookKeys } from '../keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { Secret } from '../../secret.ts';

const secretSchema = z.object({ signingSecret: z.string() });

/** Reads an endpoint's signing secret; undefined when the endpoint is gone. */
export async function readSigningSecret(
  store: ObjectStore,
  tenant: string,
  endpointId: string,
): Promise<Secret | undefined> {
  const key = webhookKeys(tenant).signingSecret(endpointId);
  const stored = await readJson(store, key, (value) => secretSchema.parse(value));
  return stored && new Secret(stored.value.signingSecret);
}

export async function writeSigningSecret(
  store: ObjectStore,
  tenant: string,
  endpointId: string,
  signingSecret: string,
): Promise<void> {
  const key = webhookKeys(tenant).signingSecret(endpointId);
  await writeJson(store, key, { signingSecret }, { ifNoneMatch: '*' });
}

export async function deleteSigningSecret(store: ObjectStore, tenant: string, endpointId: string): Promise<void> {
  await store.delete(webhookKeys(tenant).signingSecret(endpointId));
}
