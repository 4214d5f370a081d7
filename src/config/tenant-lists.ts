import { createHash } from 'node:crypto';
import { tenantPattern } from '../domain/job.ts';
import { Secret } from '../secret.ts';
import { isWebhookSecret } from '../webhook/signature.ts';

export interface ApiKey {
  readonly tenant: string;
  /** SHA-256 of the key, hex. The key itself is not kept. */
  readonly sha256: string;
}

interface ListEntry {
  readonly tenant: string;
  /** Everything after the first colon. */
  readonly value: string;
  /** The whole entry, and its number from 1. */
  readonly text: string;
  readonly number: number;
}

/**
 * Splits a comma-separated list of `tenant:value` and ignores empty entries. The tenant is empty if there is no colon.
 */
function entriesOf(list: string): ListEntry[] {
  const texts = list.split(',').map((text) => text.trim());
  return texts
    .filter((text) => text !== '')
    .map((text, index) => {
      const colon = text.indexOf(':');
      return {
        tenant: colon === -1 ? '' : text.slice(0, colon).trim(),
        value: colon === -1 ? '' : text.slice(colon + 1).trim(),
        text,
        number: index + 1,
      };
    });
}

/** Reads `API_KEYS`: `tenant:key` or `tenant:sha256:<hex>`, with commas between. */
export function parseApiKeys(list = ''): {
  readonly keys: readonly ApiKey[];
  readonly problems: readonly string[];
} {
  const keys: ApiKey[] = [];
  const problems: string[] = [];
  for (const { tenant, value: key, number } of entriesOf(list)) {
    const hashed = /^sha256:([0-9a-f]{64})$/i.exec(key)?.[1];
    if (tenant === '' || key === '' || (key.startsWith('sha256:') && hashed === undefined)) {
      problems.push(`API_KEYS: entry ${number} must look like tenant:key or tenant:sha256:<64 hex digits>`);
    } else if (!tenantPattern.test(tenant)) {
      problems.push(`API_KEYS: the tenant of entry ${number} must match ${tenantPattern}`);
    } else {
      keys.push({ tenant, sha256: hashed?.toLowerCase() ?? createHash('sha256').update(key).digest('hex') });
    }
  }
  return { keys, problems };
}

export interface QuotaSetting {
  /** The id of a job that is not counted. */
  readonly unmeteredJob?: string;
  readonly tenant: string;
  readonly documents: number;
}

/** Reads `QUOTAS`: `tenant:documents`, with commas between. */
export function parseQuotas(list = ''): {
  readonly quotas: readonly QuotaSetting[];
  readonly problems: readonly string[];
} {
  const quotas = new Map<string, number>();
  const problems: string[] = [];
  for (const { tenant, value: documents, text, number } of entriesOf(list)) {
    if (!tenantPattern.test(tenant) || !/^\d{1,12}$/.test(documents)) {
      problems.push(`QUOTAS: entry ${number} must look like tenant:documents, such as acme:1000; got "${text}"`);
    } else if (quotas.has(tenant)) {
      problems.push(`QUOTAS: entry ${number} names ${tenant} a second time`);
    } else {
      quotas.set(tenant, Number(documents));
    }
  }
  return { quotas: Array.from(quotas, ([tenant, documents]) => ({ tenant, documents })), problems };
}

/**
 * Reads `WEBHOOK_SECRETS`: `tenant:whsec_...`, with commas between. All secrets of a tenant sign, so that it can change
 * them.
 */
export function parseWebhookSecrets(list = ''): {
  readonly secrets: ReadonlyMap<string, readonly Secret[]>;
  readonly problems: readonly string[];
} {
  const secrets = new Map<string, readonly Secret[]>();
  const problems: string[] = [];
  for (const { tenant, value: secret, number } of entriesOf(list)) {
    if (!tenantPattern.test(tenant) || !isWebhookSecret(secret)) {
      problems.push(
        `WEBHOOK_SECRETS: entry ${number} must look like tenant:whsec_<base64 of 24 to 64 bytes>; \`openssl rand -base64 32\` makes such`,
      );
    } else {
      secrets.set(tenant, [...(secrets.get(tenant) ?? []), new Secret(secret)]);
    }
  }
  return { secrets, problems };
}
