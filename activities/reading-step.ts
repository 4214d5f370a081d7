import { setTimeout as delay } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { z } from 'zod';
import { ClassifierError } from '../src/domain/errors.ts';
import { createReadingRoom } from './reading-room.ts';
import { runStep, type WaitingRules } from './run-step.ts';

/**
 * So many attempts may die of one document or page: the first of them in company, the others while it was read alone.
 */
const maxDeaths = 3;

/** For the server to hear something, and between two tries to tell it. */
const announceTimeoutMs = 5000;
const announceAgainMs = 500;

/** What an attempt leaves for the next one, by its heartbeats. */
const tracesSchema = z.object({
  attempt: z.number(),
  isSuspect: z.boolean(),
  /** It was being read, and nothing else in its process. */
  isAlone: z.boolean(),
  /** Attempts before it that died. In company, only the first counts. */
  deaths: z.number(),
  /** It ended with a failure or a shutdown, not with its process. */
  isOver: z.boolean(),
});
type Traces = z.infer<typeof tracesSchema>;

/** What is read, as a log may name it. */
export interface ReadContent {
  readonly jobId: string;
  /** Absent for the whole document. */
  readonly pageNumber?: number;
}

/**
 * Goes around whatever meets the content: it waits for its turn, and what it is given is read together with others, or
 * alone.
 */
export type Reading = <R>(read: () => Promise<R>) => Promise<R>;

/** One for all that this process reads. */
const room = createReadingRoom();

/**
 * `runStep` for a step that reads a document's content, each time by `reading`. Attempts that end without a word (their
 * process was killed, or held until the server missed their heartbeats) are noticed by the next one. After the first,
 * the content is a suspect: it is read while nothing else is in this process, and each death meanwhile counts. After
 * three deaths in all the step fails for good with a sentence, and the log names the document
 * (docs/decisions/0014-what-is-poison.md).
 */
export async function runReadingStep<T>(
  { jobId, pageNumber }: ReadContent,
  work: (signal: AbortSignal, reading: Reading) => Promise<T>,
  mayWait: WaitingRules,
): Promise<T> {
  const context = Context.current();
  const signal = context.cancellationSignal;
  let traces = inheritTraces(context.info);
  let hasOutlivedReading = false;

  /** By itself: heartbeats of the SDK are held back for up to two seconds, in which a process may die. */
  async function announce(): Promise<void> {
    context.heartbeat(traces);
    const { client, info } = context;
    await client.withDeadline(Date.now() + announceTimeoutMs, () => client.activity.heartbeat(info.taskToken, traces));
  }

  async function announceAlone(): Promise<void> {
    traces = { ...traces, isAlone: true };
    for (;;) {
      try {
        return await announce();
      } catch {
        // Temporal is away, or has given this attempt up and says so by the signal: unannounced, nothing is read.
        await delay(announceAgainMs, undefined, { signal });
      }
    }
  }

  const reading: Reading = async (read) => {
    const leave = await room.enter(traces.isSuspect ? 'alone' : 'together', signal);
    try {
      return await (traces.isSuspect ? readAlone(read) : read());
    } finally {
      leave();
    }
  };

  async function readAlone<R>(read: () => Promise<R>): Promise<R> {
    hasOutlivedReading = false;
    try {
      await announceAlone();
      context.log.warn('reading alone what may have ended its process', { jobId, pageNumber, deaths: traces.deaths });
      return await read();
    } finally {
      hasOutlivedReading = !signal.aborted;
      traces = { ...traces, isAlone: false };
      // Should it not arrive, the next heartbeat says the same.
      await announce().catch(() => undefined);
    }
  }

  return runStep(
    async () => {
      if (traces.deaths >= maxDeaths) {
        context.log.warn('document is poison: it is not read again', { jobId, pageNumber, deaths: traces.deaths });
        throw poison(pageNumber);
      }
      return work(signal, reading);
    },
    mayWait,
    // What was read alone to its end, and failed for another reason, has shown that no process dies of it.
    (isOver) => ({ ...traces, isOver, ...(isOver && hasOutlivedReading && { isSuspect: false, deaths: 0 }) }),
  );
}

function inheritTraces({ attempt, heartbeatDetails }: Context['info']): Traces {
  const last = tracesSchema.safeParse(heartbeatDetails).data;
  const fresh = { attempt, isAlone: false, isOver: false };
  // Who left nothing died before its first heartbeat.
  if (!last) return { ...fresh, isSuspect: attempt > 1, deaths: attempt > 1 ? 1 : 0 };
  const hasDied = !last.isOver || last.attempt < attempt - 1;
  if (!hasDied) return { ...fresh, isSuspect: last.isSuspect, deaths: last.deaths };
  const isOfThis = last.isAlone && !last.isOver;
  return { ...fresh, isSuspect: true, deaths: isOfThis ? last.deaths + 1 : Math.max(1, last.deaths) };
}

function poison(pageNumber: number | undefined): ClassifierError {
  const what = pageNumber === undefined ? 'document' : 'page';
  const detail = `This ${what} could not be read: the process that reads it ended ${maxDeaths} times while it did.`;
  return new ClassifierError('document_corrupt', detail);
}
