import { cancelled } from '../domain/error-sentences.ts';
import { ClassifierError, ExternalFailure, normalizeError } from '../domain/errors.ts';

interface FetchState {
  readonly field: string;
  readonly totalTimeoutMs: number;
  readonly isCancelled: boolean;
  readonly isTimedOut: boolean;
}

/**
 * Maps a failed fetch to an error for the caller. Sentences contain no address and no reason that would map the
 * network.
 */
export function toSourceError(error: unknown, state: FetchState): ClassifierError {
  const { field } = state;
  if (state.isCancelled) return cancelled();
  const known = findClassifierError(error);
  if (known) return known;
  const code = codeOf(error);
  if (code === undefined && !state.isTimedOut) return normalizeError(error);
  const cause = new ExternalFailure(`fetch failed: ${code ?? 'timeout'}`);
  if (state.isTimedOut) {
    const detail = `${field} did not deliver the document within ${Math.round(state.totalTimeoutMs / 100) / 10} s.`;
    return new ClassifierError('source_unreachable', detail, { cause });
  }
  if (code === 'ENOTFOUND') {
    return new ClassifierError('source_unreachable', `The host of ${field} cannot be found.`, { cause });
  }
  if (/^(Z_|ERR__ERROR|ERR_BROTLI)/.test(code ?? '')) {
    const detail = `${field} is sent in an encoding that is broken.`;
    return new ClassifierError('source_unreachable', detail, { cause });
  }
  return new ClassifierError('source_unreachable', `${field} cannot be reached.`, { cause });
}

function findClassifierError(error: unknown): ClassifierError | undefined {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; current = current.cause, depth++) {
    if (current instanceof ClassifierError) return current;
    if (current instanceof AggregateError) {
      const found = current.errors.map(findClassifierError).find((each) => each);
      if (found) return found;
    }
  }
  return undefined;
}

/** `ECONNREFUSED`, `UND_ERR_CONNECT_TIMEOUT` and the like; a message could hold the address. */
function codeOf(error: unknown): string | undefined {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; current = current.cause, depth++) {
    if ('code' in current && typeof current.code === 'string') return current.code;
  }
  return undefined;
}
