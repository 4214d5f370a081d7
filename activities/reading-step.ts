import { setTimeout as delay } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { z } from 'zod';
import { ClassifierError } from '../src/domain/errors.ts';
import { createReadingRoom } from './reading-room.ts';
import { runStep, type WaitingRules } from './run-step.ts';

/** How many attempts may die of one document or page: the first in company, the others alone. */
const maxDeaths = 3;

/** How long one heartbeat may take, and the pause before the next try. */
const announceTimeoutMs = 5000;
const announceAgainMs = 500;

/** What an attempt leaves in its heartbeats for the next one. */
const tracesSchema = z.object({
  attempt: z.number(),
  isSuspect: z.boolean(),
  /** The content was being read alone in its process. */
  isAlone: z.boolean(),
  /** Earlier attempts that died. Of those in company only the first counts. */
  deaths: z.number(),
  /** The attempt ended with a failure or a shutdown; its process did not die. */
  isOver: z.boolean(),
});
type Traces = z.infer<typeof tracesSchema>;

/** The content's name for logs. */
export interface ReadContent {
  readonly jobId: string;
  /** Absent for the whole document. */
  readonly pageNumber?: number;
}

/** Wraps every read of the content: waits its turn, then reads together with others or alone. */
export type Reading = <R>(read: () => Promise<R>) => Promise<R>;

/** Shared by all reads of this process. */
const room = createReadingRoom();

/**
 * `runStep` for a step that reads a document's content through `reading`. The next attempt notices if one ended
 * silently: its process was killed, or stalled until the server missed its heartbeats. From then on the content is
 * suspect: it is read alone in its process, and each further death counts. After three deaths the step fails for good
 * with a sentence, and the log names the document (docs/decisions/0014-what-is-poison.md).
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

  /** Sends the heartbeat directly: the SDK holds heartbeats back for up to two seconds, in which a process may die. */
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
        // Temporal is away, or has given this attempt up and aborts the signal. Read nothing unannounced.
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
      // If this one is lost, the next heartbeat repeats it.
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
    // A read that failed alone without killing its process clears the content.
    (isOver) => ({ ...traces, isOver, ...(isOver && hasOutlivedReading && { isSuspect: false, deaths: 0 }) }),
  );
}

function inheritTraces({ attempt, heartbeatDetails }: Context['info']): Traces {
  const last = tracesSchema.safeParse(heartbeatDetails).data;
  const fresh = { attempt, isAlone: false, isOver: false };
  // An attempt without traces died before its first heartbeat.
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
