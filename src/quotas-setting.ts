import { tenantPattern } from './domain/job.ts';

export interface QuotaSetting {
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
