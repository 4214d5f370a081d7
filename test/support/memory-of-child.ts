import { spawn } from 'node:child_process';

/**
 * Runs a script in a process of its own and returns the number that it prints last: memory can only be measured where
 * nothing else runs.
 */
export function numberFromChild(script: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => {
      const last = Number(output.trim().split('\n').at(-1));
      if (code === 0 && Number.isFinite(last)) resolve(last);
      else reject(new Error(`${script} ended with ${code}: ${output}`));
    });
  });
}

/** Calls `sample` until stopped; the peak of the resident memory, in bytes, since the call. */
export function watchResidentMemory(): () => number {
  const before = process.memoryUsage.rss();
  let peak = before;
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 5);
  return () => {
    clearInterval(timer);
    return Math.max(peak, process.memoryUsage.rss()) - before;
  };
}
