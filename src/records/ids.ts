import { createHash, randomBytes } from 'node:crypto';

/** The prefixes by which Extend's clients recognise the kind of an id. */
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
  rerun: 'rerun_',
  cancellation: 'cancellation_',
  deletion: 'deletion_',
} as const;

export type IdKind = keyof typeof idPrefixes;

/** How many ids were made in the millisecond of the last one: those of one process sort by creation within it, too. */
let latest = { time: 0, count: 0 };

/**
 * A new id: its prefix, the time in milliseconds, a count and 64 random bits, all as 32 hexadecimal digits. Ids of one
 * kind sort by creation, and so do the keys of the objects that they name.
 */
export function newId(kind: IdKind, at: Date = new Date()): string {
  const time = at.getTime();
  latest = { time, count: time === latest.time ? (latest.count + 1) % 0x1_0000 : 0 };
  return idPrefixes[kind] + digits(time, 12) + digits(latest.count, 4) + randomBytes(8).toString('hex');
}

/** An id of the same form that is the same each time, for what is made of something that has an id already. */
export function derivedId(kind: IdKind, at: Date, seed: string): string {
  const hash = createHash('sha256').update(`${kind}\0${seed}`).digest('hex').slice(0, 20);
  return idPrefixes[kind] + digits(at.getTime(), 12) + hash;
}

/** Whether the text can be an id of this kind: it also is a segment of object keys, so nothing else gets through. */
export function isId(kind: IdKind, value: string): boolean {
  const prefix = idPrefixes[kind];
  return value.startsWith(prefix) && /^[A-Za-z0-9_.~%-]{1,240}$/.test(value.slice(prefix.length));
}

function digits(value: number, length: number): string {
  return value.toString(16).padStart(length, '0');
}
