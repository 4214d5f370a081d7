import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** A process as the system lists it. A pid may be used again, so the command line belongs to it. */
export interface RunningProcess {
  readonly pid: number;
  readonly parentPid: number;
  readonly commandLine: string;
}

const run = promisify(execFile);

/** Everything that the process has started, and what those have started. */
export async function descendantsOf(pid: number): Promise<readonly RunningProcess[]> {
  const all = await listProcesses();
  const found: RunningProcess[] = [];
  const parents = [pid];
  for (const parent of parents) {
    for (const child of all.filter(({ parentPid }) => parentPid === parent)) {
      found.push(child);
      parents.push(child.pid);
    }
  }
  return found;
}

/** Those that still run. */
export async function survivorsOf(processes: readonly RunningProcess[]): Promise<readonly RunningProcess[]> {
  const all = await listProcesses();
  return processes.filter(({ pid, commandLine }) =>
    all.some((each) => each.pid === pid && each.commandLine === commandLine),
  );
}

async function listProcesses(): Promise<readonly RunningProcess[]> {
  const { stdout } = await run('ps', ['-axww', '-o', 'pid=,ppid=,args='], { maxBuffer: 16 * 1024 * 1024 });
  return stdout.split('\n').flatMap((line) => {
    const [, pid, parentPid, commandLine = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), parentPid: Number(parentPid), commandLine }];
  });
}
