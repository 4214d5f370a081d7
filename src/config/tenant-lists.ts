import { createHash } from 'node:crypto';
import { tenantPattern } from '../domain/job.ts';

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
