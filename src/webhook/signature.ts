import { createHmac, randomBytes } from 'node:crypto';
import { trimEndOf } from '../domain/trim-end-of.ts';

/** A message to a receiver: exactly these bytes are signed. */
export interface WebhookMessage {
  readonly id: string;
  readonly sentAt: Date;
  readonly body: string;
}

const prefix = 'whsec_';
const minSecretBytes = 24;
const maxSecretBytes = 64;
const newSecretBytes = 32;

/**
 * The headers of Standard Webhooks 1.0, with one signature for each secret: while secrets change, a receiver may know
 * either.
 */
export function signMessage(message: WebhookMessage, secrets: readonly string[]): Readonly<Record<string, string>> {
  const { id, sentAt, body } = message;
  const timestamp = String(Math.floor(sentAt.getTime() / 1000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(prefix.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

export function createWebhookSecret(): string {
  return `${prefix}${randomBytes(newSecretBytes).toString('base64')}`;
}

/** `whsec_` and the base64 of 24 to 64 bytes, as Standard Webhooks has it. */
export function isWebhookSecret(value: string): boolean {
  if (!value.startsWith(prefix)) return false;
  const encoded = value.slice(prefix.length);
  const key = Buffer.from(encoded, 'base64');
  const isBase64 = trimEndOf(key.toString('base64'), '=') === trimEndOf(encoded, '=');
  return isBase64 && key.length >= minSecretBytes && key.length <= maxSecretBytes;
}
