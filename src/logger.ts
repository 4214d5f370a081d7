import { pino, stdTimeFunctions, type Logger } from 'pino';
import { pinoPretty } from './pretty-log.ts';

export type { Logger } from 'pino';

export interface LogConfig {
  readonly level: string;
  /** `auto`: pretty on a terminal, JSON anywhere else. */
  readonly format: 'auto' | 'json' | 'pretty';
}

/** JSON lines on stdout, or readable ones on a terminal. Callers log `({fields}, 'constant message')`. */
export function createLogger({ level, format }: LogConfig): Logger {
  const isPretty = format === 'pretty' || (format === 'auto' && process.stdout.isTTY);
  const options = {
    level,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    base: null,
    serializers: { error: describeError },
  };
  return isPretty ? pino(options, pinoPretty()) : pino(options);
}

/**
 * An error as a log may hold it: name, code and stack frames. Its message is left out unless it is one of ours, because a
 * vendor's message may quote a document, a prompt or a URL.
 */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return typeof error;
  const code = 'code' in error ? { code: error.code } : {};
  const detail = 'detail' in error ? { detail: error.detail } : {};
  const frames = error.stack?.split('\n').filter((line) => line.trimStart().startsWith('at ')) ?? [];
  const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) };
  return { name: error.name, ...code, ...detail, stack: frames.slice(0, 8).map((line) => line.trim()), ...cause };
}
