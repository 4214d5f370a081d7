import pretty from 'pino-pretty';
import { destination, pino, stdTimeFunctions, type Logger } from 'pino';

export type { Logger } from 'pino';

export interface LogConfig {
  readonly level: string;
  /** `auto`: pretty on a terminal, JSON anywhere else. */
  readonly format: 'auto' | 'json' | 'pretty';
}

/**
 * Lines of a busy moment go out in one write: a write for each costs a request as much as the rest of its line. At a
 * quiet time a line waits for at most `periodicFlush`. A reader of stdout that stands still slows down nobody, and
 * beyond `maxLength` lines are dropped rather than kept in memory.
 */
const batching = { sync: false, minLength: 16_000, periodicFlush: 100, maxLength: 16_000_000 } as const;

/**
 * JSON lines on stdout, or readable ones on a terminal. Callers log `({fields}, 'constant message')`; `fieldsOfMoment`
 * are added where a line has none of that name. What waits is written when the process ends, except by SIGKILL.
 */
export function createLogger({ level, format }: LogConfig, fieldsOfMoment?: () => object): Logger {
  const isPretty = format === 'pretty' || (format === 'auto' && process.stdout.isTTY);
  const options = {
    level,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    base: null,
    serializers: { error: describeError },
    ...(fieldsOfMoment && { mixin: fieldsOfMoment }),
  };
  if (isPretty) return pino(options, pinoPretty());
  return pino(options, destination({ dest: 1, ...batching }));
}

/**
 * An error as a log may hold it: name, code and stack frames. Its message is left out unless it is one of ours, because
 * a vendor's message may quote a document, a prompt or a URL.
 */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return typeof error;
  const code = 'code' in error ? { code: error.code } : {};
  const detail = 'detail' in error ? { detail: error.detail } : {};
  const frames = error.stack?.split('\n').filter((line) => line.trimStart().startsWith('at ')) ?? [];
  const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) };
  return { name: error.name, ...code, ...detail, stack: frames.slice(0, 8).map((line) => line.trim()), ...cause };
}

/** Readable lines in this process, without a second thread: what is logged last is seen before the process ends. */
export function pinoPretty(): ReturnType<typeof pretty> {
  return pretty({
    colorize: true,
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss',
    singleLine: true,
    sync: true,
  });
}
