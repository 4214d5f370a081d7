import { z } from 'zod';
import { fraction, wholeNumber } from './setting-types.ts';

/** Variables for requests to callers' addresses and for signing them: a part of `variables`. */
export const outgoingVariables = {
  FETCH_TIMEOUT_SECONDS: wholeNumber(1, 1800).default(300).describe('Longest time for fetching a file_url.'),
  FETCH_MIN_BYTES_PER_SECOND: wholeNumber(0, 1_000_000)
    .default(1000)
    .describe('Least that a file_url must deliver, on average over 10 s, once it has begun to answer; 0: anything.'),
  FETCH_CONCURRENCY: wholeNumber(2, 1000).default(64).describe('Documents that one worker fetches at a time.'),
  DNS_TIMEOUT_SECONDS: wholeNumber(1, 60)
    .default(5)
    .describe('Longest time for resolving a host name that a caller names, in a file_url or for a webhook.'),
  TENANT_SHARE: fraction(0.01, 0.99)
    .default(0.5)
    .describe(
      'Part of FETCH_CONCURRENCY, WEBHOOK_CONCURRENCY, WAIT_CONCURRENCY and PROGRESS_CONCURRENCY that one tenant may use of what the others leave; and part of what it may fetch and deliver that one host may use of what its other hosts leave.',
    ),
  ALLOWED_NETWORKS: z
    .string()
    .optional()
    .describe('Addresses that outgoing fetches may reach although private: `10.1.0.0/16,files.internal`.'),
  SERVER_KEY: z
    .string()
    .min(32, 'must be 32 characters or more')
    .optional()
    .describe(
      'Secret of 32 characters or more that seals the passwords of documents in the store and signs links; by default one is made and kept in the store itself.',
    ),
  WEBHOOK_SECRETS: z
    .string()
    .optional()
    .describe('Webhook secrets of tenants: `acme:whsec_<base64 of 24 to 64 bytes>`. Others get one at first use.'),
  WEBHOOK_SECRET_OVERLAP_HOURS: wholeNumber(0, 720)
    .default(24)
    .describe('How long a webhook secret signs beside the one that a tenant replaced it by.'),
  WEBHOOK_TIMEOUT_SECONDS: wholeNumber(1, 120).default(15).describe('Longest time for one delivery of a webhook.'),
  WEBHOOK_CONCURRENCY: wholeNumber(2, 1000).default(64).describe('Webhooks that one worker delivers at a time.'),
};
