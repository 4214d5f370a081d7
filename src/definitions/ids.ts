import { createHash, randomBytes } from 'node:crypto';

/** The prefixes by which Extend's clients tell what an id names. */
export const idPrefixes = {
  file: 'file_',
  classifier: 'cl_',
  classifierVersion: 'clv_',
  classifyRun: 'clr_',
  batchRun: 'bpr_',
  webhookEndpoint: 'wh_',
  webhookSubscription: 'whes_',
  evaluationSet: 'ev_',
  evaluationSetItem: 'evi_',
  event: 'event_',
} as const;

export type IdKind = keyof typeof idPrefixes;

/**
 * A new id: its prefix, the time in milliseconds and 80 random bits, all as 32 hexadecimal digits. Ids of one kind sort by creation, and so do
 * the keys of the objects that they name.
 */
export function newId(kind: IdKind, at: Date = new Date()): string {
  return idPrefixes[kind] + timeDigits(at) + randomBytes(10).toString('hex');
}

/** An id of the same form that is the same each time, for what is made of something that has an id already. */
export function derivedId(kind: IdKind, at: Date, seed: string): string {
  const digits = createHash('sha256').update(`${kind}\0${seed}`).digest('hex').slice(0, 20);
  return idPrefixes[kind] + timeDigits(at) + digits;
}

/** Whether the text can be an id of this kind: it also is a segment of object keys, so nothing else gets through. */
export function isId(kind: IdKind, value: string): boolean {
  const prefix = idPrefixes[kind];
  return value.startsWith(prefix) && /^[A-Za-z0-9_.~%-]{1,240}$/.test(value.slice(prefix.length));
}

function timeDigits(at: Date): string {
  return at.getTime().toString(16).padStart(12, '0');
}
