/** Counts only while it runs: the time that a child works, not the time it waits for its parent. */
export interface WorkClock {
  /** Begins the next step. */
  start(): void;
  stop(): void;
  /** Its count so far. */
  workedMs(): number;
}

/**
 * Calls `onTimeout` once, when one step has taken longer than `stepTimeoutMs`, or all steps together longer than
 * `timeoutMs`.
 */
export function createWorkClock(
  limits: { readonly timeoutMs: number; readonly stepTimeoutMs: number },
  onTimeout: (reason: 'timeout' | 'step-timeout', limitMs: number) => void,
): WorkClock {
  let remainingMs = limits.timeoutMs;
  let startedAt: number | undefined;
  let timer: NodeJS.Timeout | undefined;

  function stop(): void {
    clearTimeout(timer);
    if (startedAt !== undefined) remainingMs -= performance.now() - startedAt;
    startedAt = undefined;
  }

  return {
    start() {
      stop();
      startedAt = performance.now();
      const isStepFirst = limits.stepTimeoutMs < remainingMs;
      timer = setTimeout(
        () => {
          if (isStepFirst) onTimeout('step-timeout', limits.stepTimeoutMs);
          else onTimeout('timeout', limits.timeoutMs);
        },
        Math.max(0, Math.min(limits.stepTimeoutMs, remainingMs)),
      );
    },
    stop,
    workedMs: () => limits.timeoutMs - remainingMs + (startedAt === undefined ? 0 : performance.now() - startedAt),
  };
}
