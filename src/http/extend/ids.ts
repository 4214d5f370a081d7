import { randomUUID } from 'node:crypto';

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

/** A new id: its prefix and a random UUID without hyphens. */
export function newId(kind: IdKind): string {
  return idPrefixes[kind] + randomUUID().replaceAll('-', '');
}

/** Whether the text can be an id of this kind: it also is a segment of object keys, so nothing else gets through. */
export function isId(kind: IdKind, value: string): boolean {
  const prefix = idPrefixes[kind];
  return value.startsWith(prefix) && /^[A-Za-z0-9_.~%-]{1,240}$/.test(value.slice(prefix.length));
}

/** One execution, two names: the job `X` of the one contract is the run `clr_X` of the other. */
export function runIdOf(jobId: string): string {
  return idPrefixes.classifyRun + jobId;
}

/** The job id in a run's id; undefined when it is not the id of a run. */
export function jobIdOfRun(runId: string): string | undefined {
  const { classifyRun } = idPrefixes;
  return runId.startsWith(classifyRun) && runId.length > classifyRun.length
    ? runId.slice(classifyRun.length)
    : undefined;
}
