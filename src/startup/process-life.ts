import { ToolUnavailableError } from '../../tools/ensure-tool.ts';
import { isRunByNpm } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';
import { ClassifierError } from '../domain/errors.ts';

/** Resolves with the first signal that asks this process to end; a second one kills it. */
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

/** npm runs us through a shell, which ends with npm and passes no signal on. So watch the parent. */
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
 * Runs a process entry. Prints a bad setting as its sentence, without a stack. Any other error that escapes is a bug
 * and is printed in full.
 */
export async function runProcess(main: () => Promise<void>): Promise<void> {
  // With `npm start | tee log`, Ctrl-C ends tee too. Writing to the closed pipe must not keep the parts from stopping.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  try {
    await main();
  } catch (error) {
    process.exitCode = 1;
    if (isToldInFull(error)) process.stderr.write(`${error.message}\n`);
    else process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  }
  // Nothing may keep the process alive after an orderly end.
  setTimeout(() => process.exit(), 10_000).unref();
}

/** Errors whose message is a sentence for the person who started us. */
function isToldInFull(error: unknown): error is Error {
  return error instanceof ConfigError || error instanceof ClassifierError || error instanceof ToolUnavailableError;
}
