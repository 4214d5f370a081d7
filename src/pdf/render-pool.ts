import { availableParallelism } from 'node:os';
import type { Logger } from 'pino';
import { ClassifierError, isErrorCode } from '../domain/errors.ts';
import { ChildFailed, isOfMachine, maxCrashes, wallClockLimitMs } from '../process-pool/child-failed.ts';
import { type ChildPool, createChildPool } from '../process-pool/child-pool.ts';
import type { DocumentFacts, DocumentRenderer, RenderedPage, RenderRequest } from './document-renderer.ts';
import { openFailure, pageFailureSentence, type RenderBounds } from './render-failures.ts';
import {
  renderEvent,
  type RenderEvent,
  type RenderJob,
  renderResult,
  type RenderResult,
  type RenderSettings,
} from './render-messages.ts';

export interface DocumentRendererOptions extends Partial<RenderSettings> {
  readonly logger: Logger;
  /** Default: one for each core, at most 4. */
  readonly processes?: number;
  /**
   * Processor time for opening a document and for each page, so that a busy machine is no reason to give up. Default 20
   * s.
   */
  readonly pageTimeoutMs?: number;
  /**
   * By the clock for opening it and for each page, for one of three tries. Default ten times `pageTimeoutMs`, at most
   * 200 s.
   */
  readonly pagePatienceMs?: number;
  /**
   * Processor time for a whole document, beside `documentTimeoutPerPageMs` for each page that may be asked for. Default
   * 30 s and 2 s.
   */
  readonly documentTimeoutMs?: number;
  readonly documentTimeoutPerPageMs?: number;
  /** Resident memory of one process. Default 2 GB. */
  readonly maxProcessMemoryBytes?: number;
  /** A process that is larger after a document is replaced. Default 700 MB. */
  readonly recycleAboveBytes?: number;
  readonly recycleAfterDocuments?: number;
  /** The whole environment of the processes. Default none. */
  readonly env?: Readonly<Record<string, string>>;
}

/** So many times its processor time a document may take by the clock. */
const documentPatience = 10;

const defaultSettings: RenderSettings = {
  longSidePx: 1536,
  jpegQuality: 80,
  maxEmbeddedImagePixels: 1_500_000_000,
  maxImagePixels: 100_000_000,
  maxPageCharacters: 100_000,
  maxTextPages: 200_000,
  maxHtmlDepth: 512,
};

/** A `DocumentRenderer` that can start its processes ahead of the first document. */
export interface RenderPool extends DocumentRenderer {
  warmUp(): Promise<void>;
}

/** Renders documents in a pool of child processes. They start with the first documents, or with `warmUp`. */
export function createDocumentRenderer(options: DocumentRendererOptions): RenderPool {
  const { logger, processes = Math.min(availableParallelism(), 4), pageTimeoutMs = 20_000 } = options;
  const {
    documentTimeoutMs = 30_000,
    documentTimeoutPerPageMs = 2000,
    maxProcessMemoryBytes = 2_000_000_000,
    pagePatienceMs = wallClockLimitMs(pageTimeoutMs),
  } = options;
  const pool = createChildPool<RenderJob, RenderEvent, RenderResult>({
    name: 'render',
    entry: new URL('render-child.ts', import.meta.url),
    processes,
    maxResidentBytes: maxProcessMemoryBytes,
    recycleAboveBytes: options.recycleAboveBytes ?? 700_000_000,
    recycleAfterJobs: options.recycleAfterDocuments ?? 500,
    env: options.env ?? {},
    logger,
    parseEvent: (value) => renderEvent.parse(value),
    parseResult: (value) => renderResult.parse(value),
  });
  const settings: RenderSettings = {
    longSidePx: options.longSidePx ?? defaultSettings.longSidePx,
    jpegQuality: options.jpegQuality ?? defaultSettings.jpegQuality,
    maxEmbeddedImagePixels: options.maxEmbeddedImagePixels ?? defaultSettings.maxEmbeddedImagePixels,
    maxImagePixels: options.maxImagePixels ?? defaultSettings.maxImagePixels,
    maxPageCharacters: options.maxPageCharacters ?? defaultSettings.maxPageCharacters,
    maxTextPages: options.maxTextPages ?? defaultSettings.maxTextPages,
    maxHtmlDepth: options.maxHtmlDepth ?? defaultSettings.maxHtmlDepth,
  };
  return {
    render(request, onPage) {
      const bounds = {
        pageTimeoutMs,
        pagePatienceMs,
        documentTimeoutMs: documentTimeoutMs + documentTimeoutPerPageMs * request.selection.maxPages,
        maxProcessMemoryBytes,
      };
      return renderInPool(pool, request, { settings, bounds, logger }, onPage);
    },
    warmUp: () => pool.warmUp(),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

type Pool = ChildPool<RenderJob, RenderEvent, RenderResult>;
type OnPage = (page: RenderedPage, facts: DocumentFacts) => Promise<void>;

/**
 * One job, or several: when a child is killed at a page, that page is the one that failed, and another child goes on
 * with those behind it, as long as the document has processor time left. A child that ended by itself, or came no
 * further by the clock, may have done so for something else: a page is given up when three did.
 */
async function renderInPool(
  pool: Pool,
  { path, type, selection, password, signal }: RenderRequest,
  {
    settings,
    bounds,
    logger,
  }: { readonly settings: RenderSettings; readonly bounds: RenderBounds; readonly logger: Logger },
  onPage: OnPage,
): Promise<DocumentFacts> {
  let facts: DocumentFacts | undefined;
  let remaining: readonly number[] = [];
  let processorMsLeft = bounds.documentTimeoutMs;
  let drawnByChild = 0;
  let crashes = 0;

  async function deliver(page: RenderedPage): Promise<void> {
    if (!facts || page.pageNumber !== remaining[0]) throw new Error('the renderer sent a page out of order');
    await onPage(page, facts);
    remaining = remaining.slice(1);
    crashes = 0;
  }

  async function receive(event: RenderEvent): Promise<void> {
    if (event.kind === 'opened') {
      facts ??= { pageCount: event.pageCount, pageNumbers: event.pageNumbers };
      if (remaining.length === 0) remaining = facts.pageNumbers;
    } else {
      const { kind: _, ...page } = event;
      await deliver(page);
      drawnByChild++;
    }
  }

  async function fail(failure: ChildFailed): Promise<void> {
    const [pageNumber] = remaining;
    const { reason, workedMs } = failure;
    if (reason !== 'start' && reason !== 'error') {
      logger.warn({ pageNumber, reason, workedMs }, 'document is poison: what ended its process is not read again');
    }
    if (!facts || pageNumber === undefined || reason === 'start') throw openFailure(failure, type, bounds);
    const error = { code: 'page_render_failed', detail: pageFailureSentence(failure, bounds) };
    await deliver({ pageNumber, error });
  }

  for (;;) {
    drawnByChild = 0;
    try {
      const job = {
        path,
        type,
        selection,
        settings,
        ...(password !== undefined && { password }),
        ...(facts && { pageNumbers: remaining }),
      };
      const limits = {
        signal,
        timeoutMs: documentPatience * bounds.documentTimeoutMs,
        stepTimeoutMs: bounds.pagePatienceMs,
        maxProcessorMs: processorMsLeft,
        maxStepProcessorMs: bounds.pageTimeoutMs,
      };
      const { refusal } = await pool.run(job, { ...limits, onEvent: receive });
      if (refusal) throw new ClassifierError(isErrorCode(refusal.code) ? refusal.code : 'internal', refusal.detail);
      if (!facts) throw new ClassifierError('internal', 'The document renderer failed. Please try again.');
      return facts;
    } catch (error) {
      if (!(error instanceof ChildFailed)) throw error;
      processorMsLeft -= error.processorMs;
      // Memory that earlier pages took may be what was missing: a page is judged in a fresh process.
      if (error.reason === 'memory' && drawnByChild > 0 && remaining.length > 0) continue;
      if ((error.reason === 'crash' || isOfMachine(error)) && ++crashes < maxCrashes) continue;
      await fail(error);
      const pagesLost = error.reason === 'processor-time' || processorMsLeft <= 0 ? remaining.length : 0;
      for (let count = 0; count < pagesLost; count++) await fail(new ChildFailed('processor-time', error.message));
      if (facts && remaining.length === 0) return facts;
    }
  }
}
