import { setTimeout as delay } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { z } from 'zod';
import { ClassifierError } from '../src/domain/errors.ts';
import { createWaitingLine } from '../src/process-pool/waiting-line.ts';
import { runStep, type MayWait } from './run-step.ts';

/** So many attempts may die of one document or page, each while it was the only suspect of its process. */
const maxDeaths = 3;

/** For the server to hear of a suspect before it is read. */
const announceMs = 500;

/** What content does to the process that reads it, it does at once: a suspect that lives so long waits for something else. */
const suspicionMs = 3000;

/** What an attempt leaves for the next one, by its heartbeats. */
const tracesSchema = z.object({
  attempt: z.number(),
  isSuspect: z.boolean(),
  /** It was being read as the only suspect of its process. */
  isAlone: z.boolean(),
  /** Attempts before it that died alone. */
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

/** One place for all suspects of this process. */
const suspects = createWaitingLine([{}]);

/**
 * `runStep` for a step that reads a document's content. Attempts that end without a word (their process was killed, or
 * held until the server missed their heartbeats) are noticed by the next one. After the first, the content is a suspect:
 * suspects of a process are read one at a time, and a death counts against the one that was being read. After three
 * the step fails for good with a sentence, and the log names the document
 * (docs/decisions/0014-what-is-poison.md).
 */
export async function runReadingStep<T>(
  { jobId, pageNumber }: ReadContent,
  work: (signal: AbortSignal) => Promise<T>,
  mayWait: MayWait,
): Promise<T> {
  const context = Context.current();
  let traces = inheritTraces(context.info);

  async function readAlone(signal: AbortSignal): Promise<T> {
    const place = await suspects.enter(signal);
    const leave = (): void => {
      if (!traces.isAlone) return;
      traces = { ...traces, isAlone: false };
      suspects.leave(place);
    };
    traces = { ...traces, isAlone: true };
    context.heartbeat(traces);
    const timer = setTimeout(leave, suspicionMs);
    try {
      await delay(announceMs, undefined, { signal });
      context.log.warn('reading alone what may have ended its process', { jobId, pageNumber, deaths: traces.deaths });
      return await work(signal);
    } finally {
      clearTimeout(timer);
      leave();
    }
  }

  return runStep(
    async (signal) => {
      if (traces.deaths >= maxDeaths) {
        context.log.warn('document is poison: it is not read again', { jobId, pageNumber, deaths: traces.deaths });
        throw poison(pageNumber);
      }
      return traces.isSuspect ? readAlone(signal) : work(signal);
    },
    mayWait,
    (isOver) => ({ ...traces, isOver }),
  );
}

function inheritTraces({ attempt, heartbeatDetails }: Context['info']): Traces {
  const last = tracesSchema.safeParse(heartbeatDetails).data;
  const fresh = { attempt, isAlone: false, isOver: false };
  // Who left nothing died before its first heartbeat.
  if (!last) return { ...fresh, isSuspect: attempt > 1, deaths: 0 };
  return {
    ...fresh,
    isSuspect: last.isSuspect || !last.isOver || last.attempt < attempt - 1,
    deaths: last.deaths + (last.isAlone && !last.isOver ? 1 : 0),
  };
}

function poison(pageNumber: number | undefined): ClassifierError {
  const what = pageNumber === undefined ? 'document' : 'page';
  const detail = `This ${what} could not be read: the process that reads it ended ${maxDeaths} times while it did.`;
  return new ClassifierError('document_corrupt', detail);
}
