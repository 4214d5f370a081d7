import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface MemoryWatch {
  nowBytes(): number;
  /** Ends the watch and gives the peak since its start. */
  stop(): number;
}

const intervalMs = 20;

/** Watches the resident memory of another process. */
export function watchResidentMemory(pid: number): MemoryWatch {
  let peak = residentBytes(pid);
  const timer = setInterval(() => {
    peak = Math.max(peak, residentBytes(pid));
  }, intervalMs);
  return {
    nowBytes: () => residentBytes(pid),
    stop() {
      clearInterval(timer);
      return Math.max(peak, residentBytes(pid));
    },
  };
}

function residentBytes(pid: number): number {
  if (process.platform !== 'linux') return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)])) * 1024;
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}
