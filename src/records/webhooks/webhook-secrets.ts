import { z } from 'zod';
import { ClassifierError } from '../../domain/errors.ts';
import { readJson, updateJson, writeJson } from '../json-documents.ts';
import { webhookSecretKey } from '../keys.ts';
import { PreconditionFailed, type ObjectStore } from '../../storage/object-store.ts';
import type { Secret } from '../../secret.ts';
import { createWebhookSecret } from '../../webhook/signature.ts';

export interface WebhookSecretsOptions {
  readonly store: ObjectStore;
  /** The operator's secrets, by tenant. The first of a tenant is its current one; all of them sign. */
  readonly given: ReadonlyMap<string, readonly Secret[]>;
  /** How long a secret signs beside the one that replaced it. */
  readonly overlapMs: number;
}

/** The secrets by which a tenant's receivers verify our webhooks. */
export interface WebhookSecrets {
  /** Made at first use. */
  current(tenant: string): Promise<string>;
  /** The current one first. */
  forSigning(tenant: string): Promise<readonly string[]>;
  /** Creates a new one. Throws `invalid_request` when the operator set the present one. */
  rotate(tenant: string): Promise<string>;
}

type StoredSecret = z.infer<typeof storedSecretSchema>;

const storedSecretSchema = z.object({
  secret: z.string(),
  previous: z.array(z.object({ secret: z.string(), expiresAt: z.iso.datetime() })),
});

/** Each makes the header longer by 50 bytes. More rotations than this within the overlap drop the oldest. */
const maxPrevious = 9;

export function createWebhookSecrets({ store, given, overlapMs }: WebhookSecretsOptions): WebhookSecrets {
  async function forSigning(tenant: string): Promise<readonly string[]> {
    const fixed = given.get(tenant);
    if (fixed) return fixed.map((secret) => secret.reveal());
    const { secret, previous } = await readOrCreate(tenant);
    return [secret, ...unexpired(previous).map((old) => old.secret)];
  }

  async function readOrCreate(tenant: string): Promise<StoredSecret> {
    const key = webhookSecretKey(tenant);
    const stored = await readJson(store, key, parse);
    if (stored) return stored.value;
    try {
      const created: StoredSecret = { secret: createWebhookSecret(), previous: [] };
      await writeJson(store, key, created, { ifNoneMatch: '*' });
      return created;
    } catch (error) {
      if (!(error instanceof PreconditionFailed)) throw error;
      return readOrCreate(tenant);
    }
  }

  return {
    forSigning,
    async current(tenant) {
      const [secret = ''] = await forSigning(tenant);
      return secret;
    },
    async rotate(tenant) {
      if (given.has(tenant)) {
        const detail =
          "This tenant's webhook secret is set by the operator (WEBHOOK_SECRETS), who alone can change it.";
        throw new ClassifierError('invalid_request', detail);
      }
      const secret = createWebhookSecret();
      const expiresAt = new Date(Date.now() + overlapMs).toISOString();
      await updateJson(store, webhookSecretKey(tenant), parse, (present) => ({
        secret,
        previous: present
          ? [{ secret: present.secret, expiresAt }, ...unexpired(present.previous)].slice(0, maxPrevious)
          : [],
      }));
      return secret;
    },
  };
}

function parse(value: unknown): StoredSecret {
  return storedSecretSchema.parse(value);
}

function unexpired(secrets: StoredSecret['previous']): StoredSecret['previous'] {
  return secrets.filter(({ expiresAt }) => Date.parse(expiresAt) > Date.now());
}
