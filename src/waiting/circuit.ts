import { setTimeout as delay } from 'node:timers/promises';
import { ClassifierError, factsOf, type ErrorCode, type WaitedFor } from '../domain/errors.ts';
import type { Logger } from '../logger.ts';

/** Why calls are refused at present. */
export interface Fault {
  readonly code: ErrorCode;
  /** A sentence for operators, with the setting to change if there is one. */
  readonly detail: string;
  /** ISO 8601. */
  readonly since: string;
}

/**
 * Knows whether something that the operator provides works: one per endpoint and process. While it is open it refuses
 * calls and makes one check at a time, with growing pauses.
 */
export interface Circuit extends AsyncDisposable {
  readonly waitsFor: WaitedFor;
  /** The fault that keeps it open; undefined while it is closed. */
  readonly fault: Fault | undefined;
  /** Throws the fault while there is one. */
  refuse(): void;
  /** Report a successful call. */
  succeeded(): void;
  /** Report a failed check; ignores errors that wait for something else. */
  failed(error: ClassifierError): void;
  /**
   * Report a failed call that began at `startedAt` (of `performance.now()`). The document may be at fault, so the
   * failure alone opens nothing: one check decides for all who are in doubt. Resolves when it has, or when the signal
   * aborts, with whether it has worked since the call began.
   */
  doubt(startedAt: number, signal: AbortSignal): Promise<boolean>;
  /** Checks now, unless the state is known. Resolves with whether it works. */
  verify(): Promise<boolean>;
  /** Calls back whenever it works again. */
  onClosed(callBack: () => void): void;
}

export interface CircuitOptions {
  readonly waitsFor: WaitedFor;
  /**
   * Makes the smallest possible call. Throws what is wrong: a ClassifierError whose code waits for this opens the
   * circuit.
   */
  readonly check: (signal: AbortSignal) => Promise<void>;
  /** The longest pause between checks. */
  readonly longestPauseMs: number;
  readonly logger: Logger;
}

const shortestPauseMs = 500;
/** The longest pause that the other side can ask for: after its limit is raised, jobs continue within minutes. */
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
      // Any other error is an answer: the other side works.
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
      if (!fault && lastSuccess <= startedAt) await Promise.race([runCheck(), untilAborted(signal)]);
      return !fault && lastSuccess > startedAt;
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

/** Describes only failures made for logs; other messages may quote anything. */
function describe(cause: unknown): string | undefined {
  return cause instanceof Error && cause.name === 'ExternalFailure' ? cause.message : undefined;
}
