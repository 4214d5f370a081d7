import { ToolUnavailableError } from '../../tools/ensure-tool.ts';
import { isRunByNpm } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';
import { ClassifierError } from '../domain/errors.ts';

/** Resolves with the first signal that asks this process to end; a second one ends it at once. */
export function untilAskedToStop(): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      resolve(signal);
      process.once(signal, () => process.exit(130));
    });
  }
  if (isRunByNpm()) whenParentEnds(() => resolve('SIGTERM'));
  return promise;
}

const parentPollMs = 500;

/** Between npm and us stands a shell, which ends with npm and passes no signal on: nobody else would tell us. */
function whenParentEnds(then: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    then();
  }, parentPollMs);
  timer.unref();
}

/**
 * Runs a process entry. A setting that cannot be used is told in its own words, without a stack; anything else that
 * escapes is a bug and shows all it has.
 */
export async function runProcess(main: () => Promise<void>): Promise<void> {
  // `npm start | tee log`: Ctrl-C ends tee too, and what is still said to a closed pipe must not keep the parts from
  // being stopped.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  try {
    await main();
  } catch (error) {
    process.exitCode = 1;
    if (isToldInFull(error)) process.stderr.write(`${error.message}\n`);
    else process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  }
  // Whatever still holds the event loop after an orderly end shall not keep the process alive.
  setTimeout(() => process.exit(), 10_000).unref();
}

/** Errors whose message is a sentence for the person who started us. */
function isToldInFull(error: unknown): error is Error {
  return error instanceof ConfigError || error instanceof ClassifierError || error instanceof ToolUnavailableError;
}
