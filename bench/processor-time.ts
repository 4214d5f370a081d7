import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second (proc(5), USER_HZ). */
const tickMs = 10;

/** Processor time that the processes have used so far, all threads together. 0 where only Linux could tell. */
export function processorMs(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + (readStat(pid)?.processorMs ?? 0), 0);
}

/** The processes that these started themselves. */
export function childrenOf(parents: readonly number[]): number[] {
  if (process.platform !== 'linux') return [];
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => parents.includes(readStat(pid)?.parent ?? 0));
}

function readStat(pid: number): { readonly parent: number; readonly processorMs: number } | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    // Behind the name, which may hold anything but ends with the last bracket: state, ppid, ..., utime (14), stime (15).
    const [, fields = ''] = /^.*\)\s(.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, 'latin1')) ?? [];
    const values = fields.split(' ');
    return { parent: Number(values[1]), processorMs: (Number(values[11]) + Number(values[12])) * tickMs };
  } catch {
    // It is gone.
    return undefined;
  }
}
