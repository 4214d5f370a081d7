import { expect, onTestFinished, test } from 'vitest';
import { eachWindow } from '../../src/domain/each-window.ts';

test('a window in which the process stood still is told from one that it ran through', async () => {
  const judged: boolean[] = [];
  const second = Promise.withResolvers<void>();
  const windowMs = 1000;
  const stop = eachWindow(windowMs, (wasWhole) => {
    judged.push(wasWhole);
    if (wasWhole) second.resolve();
  });
  onTestFinished(stop);

  // Stands still as a process does that is stopped.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2 * windowMs);
  await second.promise;

  expect(judged[0]).toBe(false);
  expect(judged.at(-1)).toBe(true);
});
