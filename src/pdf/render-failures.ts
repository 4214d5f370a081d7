import { ClassifierError } from '../domain/errors.ts';
import type { DocumentType } from '../domain/document.ts';
import { type ChildFailed, maxCrashes } from '../process-pool/child-failed.ts';

/** The bounds that a killed child exceeded, for the sentences that say so. */
export interface RenderBounds {
  readonly pageTimeoutMs: number;
  readonly pagePatienceMs: number;
  readonly documentTimeoutMs: number;
  readonly maxProcessMemoryBytes: number;
}

/** Why a page has no image, when its child was killed or died while drawing it. */
export function pageFailureSentence(failure: ChildFailed, bounds: RenderBounds): string {
  switch (failure.reason) {
    case 'step-processor-time':
      return `This page took longer than ${seconds(bounds.pageTimeoutMs)} of processor time to draw.`;
    case 'processor-time':
      return documentTimeoutSentence(bounds);
    case 'step-timeout':
    case 'timeout':
      return `The machine was too busy to draw this page within ${seconds(bounds.pagePatienceMs)}, ${maxCrashes} times.`;
    case 'memory':
      return `Drawing this page needed more than ${gigabytes(bounds.maxProcessMemoryBytes)} of memory.`;
    case 'crash':
    case 'error':
    case 'start':
      return 'This page could not be drawn: the renderer ended unexpectedly.';
    default:
      return failure.reason satisfies never;
  }
}

/** Why a page was not even begun, or not finished: the time for the whole document was up. */
function documentTimeoutSentence(bounds: RenderBounds): string {
  return `This page was not drawn: the document took longer than ${seconds(bounds.documentTimeoutMs)} of processor time.`;
}

/** The error of a document whose child was killed or died before it was open. */
export function openFailure(failure: ChildFailed, type: DocumentType, bounds: RenderBounds): ClassifierError {
  const kind = type === 'pdf' ? 'PDF' : type === 'text' ? 'text' : 'image';
  const cannot = `This ${kind} could not be opened:`;
  switch (failure.reason) {
    case 'step-processor-time':
    case 'processor-time': {
      const limitMs = Math.min(bounds.pageTimeoutMs, bounds.documentTimeoutMs);
      return corrupt(`${cannot} reading it took longer than ${seconds(limitMs)} of processor time.`, failure);
    }
    case 'step-timeout':
    case 'timeout':
      return corrupt(
        `${cannot} the machine was too busy to read it within ${seconds(bounds.pagePatienceMs)}, ${maxCrashes} times.`,
        failure,
      );
    case 'memory':
      return corrupt(
        `${cannot} reading it needed more than ${gigabytes(bounds.maxProcessMemoryBytes)} of memory.`,
        failure,
      );
    case 'crash':
      return corrupt(`${cannot} the renderer ended unexpectedly.`, failure);
    case 'error':
    case 'start':
      return new ClassifierError('internal', 'The document renderer failed. Please try again.', { cause: failure });
    default:
      return failure.reason satisfies never;
  }
}

function corrupt(detail: string, cause: ChildFailed): ClassifierError {
  return new ClassifierError('document_corrupt', detail, { cause });
}

function seconds(ms: number): string {
  return `${Number((ms / 1000).toFixed(1))} s`;
}

function gigabytes(bytes: number): string {
  return `${Number((bytes / 1e9).toFixed(1))} GB`;
}
