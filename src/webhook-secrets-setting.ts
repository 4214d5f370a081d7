import { tenantPattern } from './domain/job.ts';
import { Secret } from './secret.ts';
import { isWebhookSecret } from './webhook/signature.ts';

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
