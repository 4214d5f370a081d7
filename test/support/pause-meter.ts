/**
 * Loaded into a process under test by `--import`. From the signal SIGUSR2 on it writes into the data folder how long
 * the main thread was held at most, in milliseconds.
 *
 * What counts is the thread's own processor time between two turns of its event loop: `monitorEventLoopDelay` would
 * also count how long a busy machine did not let it run. Start the process with `--single-threaded-gc`: where helpers
 * collect garbage, the thread waits for them in time that is not its own.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { z } from 'zod';

const turnMs = 5;

if (isMainThread) {
  const path = join(z.string().parse(process.env['DATA_DIR']), 'longest-pause');
  // What the process does while it starts holds up nobody.
  process.once('SIGUSR2', () => measure(path));
}

function measure(path: string): void {
  let longestMs = 0;
  let usage = process.threadCpuUsage();
  let turn = performance.now();

  function endTurn(): void {
    const { user, system } = process.threadCpuUsage(usage);
    const now = performance.now();
    const heldMs = Math.min((user + system) / 1000, now - turn);
    if (heldMs > longestMs) {
      longestMs = heldMs;
      writeFileSync(path, String(Math.round(longestMs)));
    }
    usage = process.threadCpuUsage();
    turn = performance.now();
  }

  writeFileSync(path, '0');
  setInterval(endTurn, turnMs);
}
