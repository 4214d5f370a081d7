import type { ClassifierError } from '../../domain/errors.ts';

/**
 * Tells a limit of the whole endpoint, which outlasts the wait that it asks for, from one that a second try later gets
 * past.
 */
export interface LimitWatch {
  /** Whether what was refused because of a limit may be refused to everybody, so that the probe should be asked. */
  isDoubtful(error: ClassifierError): boolean;
  /** Something was answered. */
  succeeded(): void;
}

/** `longestWaitMs` is a wait for which it is not worth to stop everybody. */
export function createLimitWatch(longestWaitMs: number): LimitWatch {
  let endsAt: number | undefined;
  return {
    isDoubtful({ retryAfterMs }) {
      const now = performance.now();
      if (retryAfterMs === undefined || retryAfterMs > longestWaitMs) return true;
      if (endsAt !== undefined && now >= endsAt) return true;
      endsAt ??= now + retryAfterMs;
      return false;
    },
    succeeded() {
      endsAt = undefined;
    },
  };
}
