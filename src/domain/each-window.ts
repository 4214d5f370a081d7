/**
 * Calls back after each window of time, in milliseconds, and says whether this process ran all through it. Where it was
 * stopped, or its machine had no time for it, what others did not send or take meanwhile says nothing about them.
 * Returns what ends it.
 */
export function eachWindow(windowMs: number, judge: (wasWhole: boolean) => void): () => void {
  let before = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    const wasWhole = now - before < 1.5 * windowMs;
    before = now;
    judge(wasWhole);
  }, windowMs);
  return () => clearInterval(timer);
}
