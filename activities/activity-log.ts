import { Context } from '@temporalio/activity';
import { normalizeError } from '../src/domain/errors.ts';

/** Logs why an attempt failed, with its cause; the history has only the sentence. */
export function logAttemptFailure(error: unknown): void {
  const { code, detail, cause } = normalizeError(error);
  const context = Context.current();
  context.log.warn('activity attempt failed', { code, detail, cause: describeCause(cause) });
}

/** Keeps the class and the system code only: a vendor's message may quote a URL, a prompt or a page. */
function describeCause(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined;
  if (cause.name === 'ExternalFailure') return cause.message;
  const code = 'code' in cause && typeof cause.code === 'string' ? ` ${cause.code}` : '';
  const status = 'status' in cause && typeof cause.status === 'number' ? ` ${cause.status}` : '';
  const frame = cause.stack?.split('\n').find((line) => line.trimStart().startsWith('at ')) ?? '';
  return `${cause.name}${code}${status} ${frame.trim()}`.trim();
}
