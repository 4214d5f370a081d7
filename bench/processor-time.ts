import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second (proc(5), USER_HZ). */
const tickMs = 10;

/** Processor time that the processes have used so far, all threads together. 0 where only Linux could tell. */
export function processorMs(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + (readStat(pid)?.processorMs ?? 0), 0);
}

/**
 * What the processes that these started have used, also those that have ended: renderers are replaced after some
 * documents.
 */
export function processorMsOfChildren(parents: readonly number[]): number {
  const ofEnded = parents.reduce((sum, pid) => sum + (readStat(pid)?.endedChildrenMs ?? 0), 0);
  return ofEnded + processorMs(childrenOf(parents));
}

function childrenOf(parents: readonly number[]): number[] {
  if (process.platform !== 'linux') return [];
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => parents.includes(readStat(pid)?.parent ?? 0));
}

interface Stat {
  readonly parent: number;
  readonly processorMs: number;
  readonly endedChildrenMs: number;
}

function readStat(pid: number): Stat | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    // Behind the name, which may hold anything but ends with the last bracket: state, ppid, ..., utime (14), stime,
    // cutime, cstime.
    const [, fields = ''] = /^.*\)\s(.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, 'latin1')) ?? [];
    const values = fields.split(' ').map(Number);
    const [, parent = 0] = values;
    const [user = 0, system = 0, childrensUser = 0, childrensSystem = 0] = values.slice(11);
    return {
      parent,
      processorMs: (user + system) * tickMs,
      endedChildrenMs: (childrensUser + childrensSystem) * tickMs,
    };
  } catch {
    // It is gone.
    return undefined;
  }
}
