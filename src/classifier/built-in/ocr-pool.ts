import { availableParallelism } from 'node:os';
import type { Logger } from 'pino';
import type { PlacedText } from '../../domain/page.ts';
import { ChildFailed, isOfMachine, maxCrashes, wallClockLimitMs } from '../../process-pool/child-failed.ts';
import { createChildPool } from '../../process-pool/child-pool.ts';
import type { OcrEngine, OcrText } from './ocr-engine.ts';
import { ocrTextSchema, type OcrJob } from './ocr-messages.ts';

export interface OcrPoolOptions {
  readonly logger: Logger;
  /** Each works with two threads. Default: half the cores, at most 2. */
  readonly processes?: number;
  /** Processor time for one page, so that a busy machine is no reason to give up. Default 30 s. */
  readonly timeoutMs?: number;
  /** By the clock, for one try. Default ten times `timeoutMs`, at most 200 s. */
  readonly patienceMs?: number;
  /** Resident memory of one process. Default 1.5 GB. */
  readonly maxProcessMemoryBytes?: number;
  /** A process that is larger after a page is replaced. Default 800 MB. */
  readonly recycleAboveBytes?: number;
}

/**
 * Reads pages in child processes under a limit on processor time and memory. A page that exceeds its limit says so. One
 * that was not read only because the machine was busy is tried again, behind those that wait.
 */
export function createOcrPool(options: OcrPoolOptions): OcrEngine & AsyncDisposable {
  const { logger, timeoutMs = 30_000, processes = Math.min(2, Math.ceil(availableParallelism() / 2)) } = options;
  const { patienceMs = wallClockLimitMs(timeoutMs) } = options;
  const pool = createChildPool<OcrJob, never, PlacedText>({
    name: 'ocr',
    entry: new URL('ocr-child.ts', import.meta.url),
    processes,
    maxResidentBytes: options.maxProcessMemoryBytes ?? 1_500_000_000,
    recycleAboveBytes: options.recycleAboveBytes ?? 800_000_000,
    // onnxruntime 1.30 otherwise reports its use to its maker, and keeps an id of the machine for that.
    env: { ORT_DISABLE_TELEMETRY: '1' },
    logger,
    parseEvent(): never {
      throw new Error('an OCR child sends no events');
    },
    parseResult: (value) => ocrTextSchema.parse(value),
  });
  async function read(job: OcrJob, signal: AbortSignal, triesLeft: number): Promise<OcrText> {
    try {
      return await pool.run(job, { signal, timeoutMs: patienceMs, maxProcessorMs: timeoutMs, maxCrashes });
    } catch (error) {
      if (!(error instanceof ChildFailed) || error.reason === 'start') throw error;
      if (triesLeft > 0 && isOfMachine(error)) return read(job, signal, triesLeft - 1);
      logger.warn({ reason: error.reason, workedMs: error.workedMs }, 'page could not be read');
      return { text: '', spans: [], unread: sentenceEnd(error, { timeoutMs, patienceMs }) };
    }
  }

  return {
    recognise: (image, signal, places) => read({ image, ...(places && { places }) }, signal, 1),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

function sentenceEnd(
  { reason }: ChildFailed,
  { timeoutMs, patienceMs }: { readonly timeoutMs: number; readonly patienceMs: number },
): string {
  if (reason === 'processor-time') return `reading it took more than ${timeoutMs / 1000} s of processor time`;
  if (reason === 'timeout' || reason === 'step-timeout')
    return `the machine was too busy to read it within ${patienceMs / 1000} s`;
  if (reason === 'memory') return 'reading it needed too much memory';
  return 'the reader failed on it';
}
