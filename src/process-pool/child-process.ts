import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ChildFailed } from './child-failed.ts';
import {
  childArguments,
  memorySignal,
  processorSignal,
  stepProcessorSignal,
  type MessageFromChild,
  type MessageToChild,
} from './child-protocol.ts';

export interface ChildOptions {
  readonly entry: URL;
  readonly maxResidentBytes: number;
  readonly env: Readonly<Record<string, string>>;
}

/** How a child ended, in words for the operator, and whether a limit of its own was the reason. */
export interface ChildExit {
  readonly reason: 'memory' | 'processor-time' | 'step-processor-time' | 'crash';
  readonly message: string;
}

/** One child process, from its start to its end. */
export interface Child {
  /** Resolves when it takes jobs; rejects with `ChildFailed` when it ends before or takes longer than 30 s. */
  readonly ready: Promise<void>;
  /** Resolves when the process is gone; never rejects. */
  readonly exited: Promise<ChildExit>;
  /** Messages go to the listener of the moment; without one they are dropped. */
  listen(listener: ((message: MessageFromChild) => void) | undefined): void;
  send(message: MessageToChild): void;
  kill(): void;
}

const startTimeoutMs = 30_000;

/** Bytes of the child's error stream kept for the operator: the first lines of a crash say what it was. */
const errorStreamBytes = 2000;

/**
 * Measured on rendering (docs/dependencies.md): one thread for the collector and a large nursery save 15 to 20 % of
 * the time where every core has a child; two malloc arenas instead of eight per core save a quarter of the memory.
 */
const v8Flags = ['--single-threaded-gc', '--max-semi-space-size=64'];
const mallocSettings = { MALLOC_ARENA_MAX: '2' };

/** A child is one of our own modules, but it reads hostile documents: what it says is checked. */
const messageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('event'), id: z.number(), event: z.unknown(), processorMs: z.number() }),
  z.object({ type: z.literal('done'), id: z.number(), result: z.unknown(), residentBytes: z.number() }),
  z.object({ type: z.literal('failed'), id: z.number(), message: z.string(), residentBytes: z.number() }),
]) satisfies z.ZodType<MessageFromChild>;

/** Starts a child. It gets only the environment that is given here: no keys, no addresses. */
export function startChild(options: ChildOptions): Child {
  const oldSpaceMb = Math.ceil(options.maxResidentBytes / 1024 ** 2);
  const child = fork(
    fileURLToPath(options.entry),
    [
      `--${childArguments.parentPid}=${process.pid}`,
      `--${childArguments.maxResidentBytes}=${options.maxResidentBytes}`,
    ],
    {
      // The heap's own bound is no lower than that on all memory: there is one rule, and the guard holds it.
      execArgv: [...v8Flags, `--max-old-space-size=${oldSpaceMb}`],
      env: { ...mallocSettings, ...options.env },
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    },
  );
  const ready = Promise.withResolvers<void>();
  // A child may end before anybody waits for it to be ready.
  ready.promise.catch(() => {});
  let listener: ((message: MessageFromChild) => void) | undefined;
  child.on('message', (value) => {
    const message = messageSchema.safeParse(value);
    if (!message.success) child.kill('SIGKILL');
    else if (message.data.type === 'ready') ready.resolve();
    else listener?.(message.data);
  });
  const startTimer = setTimeout(() => child.kill('SIGKILL'), startTimeoutMs);
  void ready.promise.finally(() => clearTimeout(startTimer)).catch(() => {});
  const exited = watchExit(child);
  void exited.then((exit) => ready.reject(new ChildFailed('start', `child did not start: ${exit.message}`)));
  return {
    ready: ready.promise,
    exited,
    listen(next) {
      listener = next;
    },
    send(message) {
      // A child that ended in this moment is reported by `exited`; the callback keeps the error from being thrown.
      if (child.connected) child.send(message, () => {});
    },
    kill() {
      child.kill('SIGKILL');
    },
  };
}

function watchExit(child: ChildProcess): Promise<ChildExit> {
  const { promise, resolve } = Promise.withResolvers<ChildExit>();
  let errorStream = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errorStream = (errorStream + text).slice(0, errorStreamBytes);
  });
  child.on('error', (error) => resolve({ reason: 'crash', message: error.message }));
  child.on('close', (code, signal) => {
    // V8 aborts the process when its heap is full; the guard may not have seen it coming.
    const isMemory = signal === memorySignal || errorStream.includes('heap out of memory');
    const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
    const said = errorStream === '' ? '' : `: ${errorStream.trim()}`;
    resolve({ reason: isMemory ? 'memory' : reasonOf(signal), message: `${how}${said}` });
  });
  return promise;
}

function reasonOf(signal: NodeJS.Signals | null): ChildExit['reason'] {
  if (signal === processorSignal) return 'processor-time';
  return signal === stepProcessorSignal ? 'step-processor-time' : 'crash';
}
