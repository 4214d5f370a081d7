import pretty from 'pino-pretty';
import { destination, pino, stdTimeFunctions, type Logger } from 'pino';

export type { Logger } from 'pino';

export interface LogConfig {
  readonly level: string;
  /** `auto`: pretty on a terminal, JSON anywhere else. */
  readonly format: 'auto' | 'json' | 'pretty';
}

/**
 * Batches lines of a busy moment: a write for each would cost as much as the rest of the line. In quiet times a line
 * waits at most `periodicFlush`. A stalled reader of stdout slows nobody: lines beyond `maxLength` are dropped.
 */
const batching = { sync: false, minLength: 16_000, periodicFlush: 100, maxLength: 16_000_000 } as const;

/**
 * Logs JSON lines to stdout, or readable ones to a terminal. Callers log `({fields}, 'constant message')`;
 * `fieldsOfMoment` adds fields that a line lacks. Waiting lines are written when the process ends, except by SIGKILL.
 */
export function createLogger({ level, format }: LogConfig, fieldsOfMoment?: () => object): Logger {
  const isPretty = format === 'pretty' || (format === 'auto' && process.stdout.isTTY);
  const options = {
    level,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    base: null,
    serializers: { error: describeError },
    // A copy: pino writes a line's own fields into what the mixin returns, and the next line would repeat them.
    ...(fieldsOfMoment && { mixin: () => ({ ...fieldsOfMoment() }) }),
  };
  if (isPretty) return pino(options, pinoPretty());
  return pino(options, destination({ dest: 1, ...batching }));
}

/**
 * Reduces an error to what a log may hold: name, code and stack frames. Keeps only messages of our own, because a
 * vendor's may quote a document, a prompt or a URL.
 */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return typeof error;
  const code = 'code' in error ? { code: error.code } : {};
  const detail = 'detail' in error ? { detail: error.detail } : {};
  const frames = error.stack?.split('\n').filter((line) => line.trimStart().startsWith('at ')) ?? [];
  const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) };
  return { name: error.name, ...code, ...detail, stack: frames.slice(0, 8).map((line) => line.trim()), ...cause };
}

/** Writes readable lines without a second thread, so that the last ones appear before the process ends. */
function pinoPretty(): ReturnType<typeof pretty> {
  return pretty({
    colorize: true,
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss',
    singleLine: true,
    sync: true,
  });
}
