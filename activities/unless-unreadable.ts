import { Context } from '@temporalio/activity';
import { UnreadableObject } from '../src/records/json-documents.ts';

/**
 * Does one part of a sweep. Passes over it, with a line in the log, where an object of it cannot be read: the rest does
 * not wait until somebody mends that.
 */
export async function unlessUnreadable<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UnreadableObject)) throw error;
    Context.current().log.warn('retention passes over a stored object that cannot be read', { key: error.key });
    return undefined;
  }
}
