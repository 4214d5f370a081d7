import { createHash } from 'node:crypto';
import { tenantPattern } from '../domain/job.ts';
import { Secret } from '../secret.ts';
import { isWebhookSecret } from '../webhook/signature.ts';

export interface ApiKey {
  readonly tenant: string;
  /** SHA-256 of the key, hex. The key itself is not kept. */
  readonly sha256: string;
}

/** Reads `API_KEYS`: `tenant:key` or `tenant:sha256:<hex>`, with commas between. */
export function parseApiKeys(value = ''): {
  readonly keys: readonly ApiKey[];
  readonly problems: readonly string[];
} {
  const keys: ApiKey[] = [];
  const problems: string[] = [];
  const entries = value.split(',').map((entry) => entry.trim());
  for (const [index, entry] of entries.filter((text) => text !== '').entries()) {
    const separator = entry.indexOf(':');
    const tenant = entry.slice(0, separator);
    const key = entry.slice(separator + 1);
    const hashed = /^sha256:([0-9a-f]{64})$/i.exec(key)?.[1];
    if (separator < 1 || key === '' || (key.startsWith('sha256:') && hashed === undefined)) {
      problems.push(`API_KEYS: entry ${index + 1} must look like tenant:key or tenant:sha256:<64 hex digits>`);
    } else if (!tenantPattern.test(tenant)) {
      problems.push(`API_KEYS: the tenant of entry ${index + 1} must match ${tenantPattern}`);
    } else {
      keys.push({ tenant, sha256: hashed?.toLowerCase() ?? createHash('sha256').update(key).digest('hex') });
    }
  }
  return { keys, problems };
}

export interface QuotaSetting {
  /** The id of a job that does not count. */
  readonly unmeteredJob?: string;
  readonly tenant: string;
  readonly documents: number;
}

/** Reads `QUOTAS`: `tenant:documents`, with commas between. */
export function parseQuotas(value = ''): {
  readonly quotas: readonly QuotaSetting[];
  readonly problems: readonly string[];
} {
  const quotas = new Map<string, number>();
  const problems: string[] = [];
  const entries = value.split(',').map((entry) => entry.trim());
  for (const [index, entry] of entries.filter((text) => text !== '').entries()) {
    const [tenant = '', documents = '', ...rest] = entry.split(':').map((part) => part.trim());
    if (!tenantPattern.test(tenant) || !/^\d{1,12}$/.test(documents) || rest.length > 0) {
      problems.push(`QUOTAS: entry ${index + 1} must look like tenant:documents, such as acme:1000; got "${entry}"`);
    } else if (quotas.has(tenant)) {
      problems.push(`QUOTAS: entry ${index + 1} names ${tenant} a second time`);
    } else {
      quotas.set(tenant, Number(documents));
    }
  }
  return { quotas: Array.from(quotas, ([tenant, documents]) => ({ tenant, documents })), problems };
}

/** Reads `WEBHOOK_SECRETS`: `tenant:whsec_...`, with commas between. Several of one tenant all sign, so that they can be changed. */
export function parseWebhookSecrets(value = ''): {
  readonly secrets: ReadonlyMap<string, readonly Secret[]>;
  readonly problems: readonly string[];
} {
  const secrets = new Map<string, readonly Secret[]>();
  const problems: string[] = [];
  const entries = value.split(',').map((entry) => entry.trim());
  for (const [index, entry] of entries.filter((text) => text !== '').entries()) {
    const separator = entry.indexOf(':');
    const tenant = entry.slice(0, separator);
    const secret = entry.slice(separator + 1);
    if (!tenantPattern.test(tenant) || !isWebhookSecret(secret)) {
      problems.push(
        `WEBHOOK_SECRETS: entry ${index + 1} must look like tenant:whsec_<base64 of 24 to 64 bytes>; \`openssl rand -base64 32\` makes such`,
      );
    } else {
      secrets.set(tenant, [...(secrets.get(tenant) ?? []), new Secret(secret)]);
    }
  }
  return { secrets, problems };
}
