import { availableParallelism } from 'node:os';
import type { Logger } from 'pino';
import { cancelled } from '../../domain/error-sentences.ts';
import { ClassifierError } from '../../domain/errors.ts';
import {
  ChildFailed,
  type ChildFailure,
  isOfMachine,
  maxCrashes,
  wallClockLimitMs,
} from '../../process-pool/child-failed.ts';
import { createChildPool } from '../../process-pool/child-pool.ts';
import type { PageClassification, PageClassificationRequest, PageClassifier } from '../page-classifier.ts';
import { builtIn } from './built-in-classifier.ts';
import type { OcrEngine } from './ocr-engine.ts';
import { scoringReply, type ScoringJob, type ScoringReply } from './scoring-messages.ts';

export interface ScoringPoolOptions {
  /** Reads pages without a text layer; it stays the caller's to dispose of. */
  readonly ocr: OcrEngine;
  readonly logger: Logger;
  /** Default: one for each core, at most 2. */
  readonly processes?: number;
  /**
   * Processor time for one page, so that a busy machine is no reason to give up. Default 10 s; most take some 10 ms.
   */
  readonly timeoutMs?: number;
  /** By the clock, for one of two tries. Default ten times `timeoutMs`, at most 200 s. */
  readonly patienceMs?: number;
  /** Resident memory of one process. Default 512 MB. */
  readonly maxProcessMemoryBytes?: number;
}

/** A few lines to compare, and all. */
const maxReads = 2;

/**
 * The built-in classifier in child processes, under limits of processor time and memory: a page's text is hostile, and
 * whatever it does to the process that reads it, requests and heartbeats go on in this one.
 *
 * Throws ClassifierError `document_corrupt` for a page that exceeds its limits, and for one of which three children
 * died.
 */
export function createScoringPool(options: ScoringPoolOptions): PageClassifier & AsyncDisposable {
  const { ocr, logger, timeoutMs = 10_000, maxProcessMemoryBytes = 512_000_000 } = options;
  const { patienceMs = wallClockLimitMs(timeoutMs) } = options;
  const pool = createChildPool<ScoringJob, never, ScoringReply>({
    name: 'scoring',
    entry: new URL('scoring-child.ts', import.meta.url),
    processes: options.processes ?? Math.min(2, availableParallelism()),
    maxResidentBytes: maxProcessMemoryBytes,
    recycleAboveBytes: maxProcessMemoryBytes * 0.75,
    // What the process knows of categories by heart is worth more than what it may leak: there is nothing native in it.
    recycleAfterJobs: 10_000,
    logger,
    parseEvent(): never {
      throw new Error('a scoring child sends no events');
    },
    parseResult: (value) => scoringReply.parse(value),
  });

  async function run(job: ScoringJob, signal: AbortSignal, triesLeft: number): Promise<ScoringReply> {
    try {
      return await pool.run(job, { signal, timeoutMs: patienceMs, maxProcessorMs: timeoutMs, maxCrashes });
    } catch (error) {
      if (triesLeft > 0 && isOfMachine(error)) return run(job, signal, triesLeft - 1);
      throw error;
    }
  }

  /** A child answers most pages at once. It says so where it needs the image read or the pages before. */
  async function classify(request: PageClassificationRequest): Promise<PageClassification> {
    const { page, signal } = request;
    let job = await toJob(request);
    for (;;) {
      signal.throwIfAborted();
      const reply = await run(job, signal, 1);
      if ('answer' in reply) return reply.answer;
      const { needs } = reply;
      if (needs === 'neighbours' && job.neighbours === undefined) {
        job = { ...job, neighbours: (await page.neighbours?.()) ?? [] };
      } else if (needs !== 'neighbours' && job.hasImage !== false && job.reads.length < maxReads) {
        const image = await page.image();
        if (image)
          job = { ...job, reads: [...job.reads, { ...needs, text: await ocr.recognise(image, signal, needs.places) }] };
        else job = { ...job, hasImage: false };
      } else {
        throw new Error('a scoring child asks for what it has');
      }
    }
  }

  function refusal(failure: ChildFailed, pageNumber: number): ClassifierError {
    const { reason, workedMs } = failure;
    const sentence = failureSentence(reason, { timeoutMs, patienceMs, maxProcessMemoryBytes });
    if (sentence === undefined) {
      return new ClassifierError('internal', 'The classifier failed. Please try again.', { cause: failure });
    }
    logger.warn({ pageNumber, reason, workedMs }, 'page is poison: it is not read again');
    return new ClassifierError('document_corrupt', `This page could not be judged: ${sentence}`, { cause: failure });
  }

  return {
    ...builtIn,
    async classifyPage(request) {
      const { page, signal, reading = (read) => read() } = request;
      try {
        return await reading(() => classify(request));
      } catch (error) {
        if (signal.aborted) throw cancelled();
        if (!(error instanceof ChildFailed)) throw error;
        throw refusal(error, page.pageNumber);
      }
    },
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

async function toJob(request: PageClassificationRequest): Promise<ScoringJob> {
  const { page, signal: _, reading: __, ...question } = request;
  const { pageNumber, pageCount, widthPx, heightPx } = page;
  return {
    ...question,
    page: {
      pageNumber,
      pageCount,
      ...(widthPx !== undefined && { widthPx }),
      ...(heightPx !== undefined && { heightPx }),
    },
    layer: await page.text(),
    reads: [],
    ...((pageNumber === 1 || !page.neighbours) && { neighbours: [] }),
  };
}

interface Limits {
  readonly timeoutMs: number;
  readonly patienceMs: number;
  readonly maxProcessMemoryBytes: number;
}

/** Undefined where the page is not to blame. */
function failureSentence(
  reason: ChildFailure,
  { timeoutMs, patienceMs, maxProcessMemoryBytes }: Limits,
): string | undefined {
  switch (reason) {
    case 'processor-time':
    case 'step-processor-time':
      return `reading its text took longer than ${timeoutMs / 1000} s of processor time.`;
    case 'timeout':
    case 'step-timeout':
      return `the machine was too busy to read its text within ${patienceMs / 1000} s, twice.`;
    case 'memory':
      return `reading its text needed more than ${Math.round(maxProcessMemoryBytes / 1e6)} MB of memory.`;
    case 'crash':
      return `the process that reads its text ended ${maxCrashes} times.`;
    case 'error':
    case 'start':
      return undefined;
    default:
      return reason satisfies never;
  }
}
