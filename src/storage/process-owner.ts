import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';

/** The owner of a temporary file or lock, so that others can tell when it is gone. */
export interface ProcessOwner {
  readonly host: string;
  readonly pid: number;
  /** Tells this process from an earlier one with the same id, as containers have after a restart. */
  readonly instance: string;
}

export const thisProcess: ProcessOwner = {
  host: hostname().replace(/[^A-Za-z0-9.-]/g, '_'),
  pid: process.pid,
  instance: randomUUID().slice(0, 8),
};

export function formatOwner(owner: ProcessOwner): string {
  return `${owner.host}~${owner.pid}~${owner.instance}`;
}

/** Reads what `formatOwner` wrote, also when more `~` parts follow. */
export function parseOwner(text: string): ProcessOwner | undefined {
  const match = /^([A-Za-z0-9._-]+)~(\d+)~([0-9a-f]+)(?:~|$)/.exec(text);
  const [, host, pid, instance] = match ?? [];
  if (host === undefined || pid === undefined || instance === undefined) return undefined;
  return { host, pid: Number(pid), instance };
}

/** True only when the owner surely no longer runs; a process of another host is never known to be gone. */
export function isGone(owner: ProcessOwner): boolean {
  if (owner.host !== thisProcess.host) return false;
  if (owner.pid === thisProcess.pid) return owner.instance !== thisProcess.instance;
  try {
    process.kill(owner.pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
