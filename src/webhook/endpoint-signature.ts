import { createHmac, randomBytes } from 'node:crypto';

const prefix = 'wss_';
const newSecretBytes = 32;

/**
 * The headers by which Extend's clients verify a delivery: HMAC-SHA256 under the whole text of the secret, its prefix
 * included, as hex.
 */
export function signForEndpoint(
  { sentAt, body }: { readonly sentAt: Date; readonly body: string },
  signingSecret: string,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(sentAt.getTime() / 1000));
  const signature = createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest('hex');
  return { 'x-extend-request-timestamp': timestamp, 'x-extend-request-signature': signature };
}

export function createSigningSecret(): string {
  return `${prefix}${randomBytes(newSecretBytes).toString('base64url')}`;
}
