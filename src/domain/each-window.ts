/**
 * Calls back after each window of time (milliseconds), and says whether this process ran all through it. If it was
 * stopped, or its machine was busy, then the silence of others meanwhile proves nothing. Returns a function that ends
 * it.
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
