import { availableParallelism } from 'node:os';
import type { Logger } from 'pino';
import type { PageText } from '../../domain/page.ts';
import { ChildFailed, maxCrashes } from '../../process-pool/child-failed.ts';
import { createChildPool } from '../../process-pool/child-pool.ts';
import type { OcrEngine } from './ocr-engine.ts';
import { pageTextSchema, type OcrJob } from './ocr-messages.ts';

export interface OcrPoolOptions {
  readonly logger: Logger;
  /** Each works with two threads. Default: half the cores, at most 2. */
  readonly processes?: number;
  /** For one page. Default 30 s. */
  readonly timeoutMs?: number;
  /** Resident memory of one process. Default 1.5 GB. */
  readonly maxProcessMemoryBytes?: number;
  /** A process that is larger after a page is replaced. Default 800 MB. */
  readonly recycleAboveBytes?: number;
}

const noWords: PageText = { text: '', spans: [] };

/**
 * Reads pages in child processes under a time and memory limit. A page that exceeds its limit counts as one without
 * words: the caller still gets an answer, of low confidence, and the log says why.
 */
export function createOcrPool(options: OcrPoolOptions): OcrEngine & AsyncDisposable {
  const { logger, timeoutMs = 30_000, processes = Math.min(2, Math.ceil(availableParallelism() / 2)) } = options;
  const pool = createChildPool<OcrJob, never, PageText>({
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
    parseResult: (value) => pageTextSchema.parse(value),
  });
  return {
    async recognise(image, signal) {
      try {
        return await pool.run({ image }, { signal, timeoutMs, maxCrashes });
      } catch (error) {
        if (!(error instanceof ChildFailed) || error.reason === 'start') throw error;
        logger.warn({ reason: error.reason, workedMs: error.workedMs }, 'page could not be read');
        return noWords;
      }
    },
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}
