import { setTimeout as delay } from 'node:timers/promises';
import { ClassifierError, factsOf, type ErrorCode, type WaitedFor } from '../domain/errors.ts';
import type { Logger } from '../logger.ts';

/** Why nothing is asked at present. */
export interface Fault {
  readonly code: ErrorCode;
  /** For whoever reads of it, with the setting to change where there is one. */
  readonly detail: string;
  /** ISO 8601. */
  readonly since: string;
}

/**
 * Knows whether something that the operator keeps can be used: one for each endpoint in each process. While it is open
 * nothing is asked but whether it can be used again, by one check at a time, after pauses that grow.
 */
export interface Circuit extends AsyncDisposable {
  readonly waitsFor: WaitedFor;
  /** What keeps it open; undefined while it is closed. */
  readonly fault: Fault | undefined;
  /** Throws the fault while there is one. */
  refuse(): void;
  /** Something was done with it. */
  succeeded(): void;
  /** A check that somebody made has failed so; what waits for something else is none of it. */
  failed(error: ClassifierError): void;
  /**
   * Told of a failure of what was begun at `startedAt` (of `performance.now()`). A document may be what was refused, so
   * that the failure alone opens nothing: a check, one for all who are in doubt, decides. Resolves when it has, or with
   * the signal.
   */
  doubt(startedAt: number, signal: AbortSignal): Promise<void>;
  /** Checks it now, where nobody knows. Resolves with whether it can be used. */
  verify(): Promise<boolean>;
  /** Calls back whenever it can be used again. */
  onClosed(callBack: () => void): void;
}

export interface CircuitOptions {
  readonly waitsFor: WaitedFor;
  /**
   * Asks for as little as possible. Throws what is wrong: a ClassifierError whose code waits for this opens the
   * circuit.
   */
  readonly check: (signal: AbortSignal) => Promise<void>;
  /** To which the pauses between checks grow. */
  readonly longestPauseMs: number;
  readonly logger: Logger;
}

const shortestPauseMs = 500;
/** However long the other side says to stay away: who raises its limit sees the jobs go on within minutes. */
const longestStatedPauseMs = 300_000;

export function createCircuit({ waitsFor, check, longestPauseMs, logger }: CircuitOptions): Circuit {
  const disposing = new AbortController();
  const listeners: (() => void)[] = [];
  let fault: Fault | undefined;
  let statedPauseMs = 0;
  let lastSuccess = Number.NEGATIVE_INFINITY;
  let checking: Promise<void> | undefined;
  let recovering: Promise<void> | undefined;

  /** One check for all who ask meanwhile. Never rejects. */
  function runCheck(): Promise<void> {
    checking ??= attempt().finally(() => {
      checking = undefined;
    });
    return checking;
  }

  async function attempt(): Promise<void> {
    try {
      await check(disposing.signal);
      closed();
    } catch (error) {
      if (disposing.signal.aborted) return;
      if (error instanceof ClassifierError && isFault(error)) opened(error);
      // What is no fault of the other side's is an answer.
      else closed();
    }
  }

  function isFault({ code }: ClassifierError): boolean {
    return factsOf(code).waitsFor === waitsFor;
  }

  function isOpen(): boolean {
    return fault !== undefined;
  }

  function opened({ code, detail, cause, retryAfterMs = 0 }: ClassifierError): void {
    statedPauseMs = Math.min(retryAfterMs, longestStatedPauseMs);
    // The same with another time to come back at is no news.
    if (fault?.code !== code || withoutNumbers(fault.detail) !== withoutNumbers(detail)) {
      logger.warn({ waitsFor, code, detail, cause: describe(cause) }, 'jobs wait for what the operator keeps');
    }
    fault = { code, detail, since: fault?.since ?? new Date().toISOString() };
    recovering ??= recover().finally(() => {
      recovering = undefined;
    });
  }

  function closed(): void {
    lastSuccess = performance.now();
    if (!fault) return;
    const waitedSeconds = Math.round((Date.now() - Date.parse(fault.since)) / 1000);
    fault = undefined;
    logger.warn({ waitsFor, waitedSeconds }, 'what jobs waited for can be used again');
    for (const listener of listeners) listener();
  }

  async function recover(): Promise<void> {
    try {
      for (let pauseMs = shortestPauseMs; isOpen(); pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
        // Processes that saw the same fault at the same time do not come back at the same time.
        const apart = 1 - Math.random() / 2;
        await delay(Math.max(pauseMs * apart, statedPauseMs * (1 + apart / 10)), undefined, {
          signal: disposing.signal,
          ref: false,
        });
        await runCheck();
      }
    } catch (error) {
      if (!disposing.signal.aborted) throw error;
    }
  }

  return {
    waitsFor,
    get fault() {
      return fault;
    },
    refuse() {
      if (fault) throw new ClassifierError(fault.code, fault.detail, { since: fault.since });
    },
    succeeded() {
      lastSuccess = performance.now();
    },
    failed(error) {
      if (isFault(error)) opened(error);
    },
    async doubt(startedAt, signal) {
      if (fault || lastSuccess > startedAt) return;
      await Promise.race([runCheck(), untilAborted(signal)]);
    },
    async verify() {
      await runCheck();
      return fault === undefined;
    },
    onClosed(callBack) {
      listeners.push(callBack);
    },
    async [Symbol.asyncDispose]() {
      disposing.abort();
      await Promise.all([checking, recovering]);
    },
  };
}

function withoutNumbers(text: string): string {
  return text.replace(/\d+/gu, '');
}

function untilAborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  else signal.addEventListener('abort', () => resolve(), { once: true });
  return promise;
}

/** Of failures that were put together for a log; other messages may quote anything. */
function describe(cause: unknown): string | undefined {
  return cause instanceof Error && cause.name === 'ExternalFailure' ? cause.message : undefined;
}
