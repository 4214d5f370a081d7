import { ClassifierError } from '../domain/errors.ts';
import { hasErrorCode } from '../storage/file-system.ts';

/** Error codes of a machine without room, rights or handles. A name that is too long, say, is a mistake of ours. */
const faults = {
  ENOSPC: 'has no room left in TEMP_DIR',
  EDQUOT: 'has used up its share of the disk of TEMP_DIR',
  EROFS: 'may not write in TEMP_DIR, which is read-only',
  EACCES: 'has no right to write in TEMP_DIR',
  EMFILE: 'has too many files open: raise its limit (ulimit -n)',
  ENFILE: 'is on a machine that has too many files open',
} as const;

/** Turns a failure of this machine's file system into an error for the operator. Undefined for any other failure. */
export function toWorkerFault(error: unknown): ClassifierError | undefined {
  for (const [code, what] of Object.entries(faults)) {
    if (hasErrorCode(error, code))
      return new ClassifierError('worker_unfit', `The worker ${what} (${code}).`, { cause: error });
  }
  return undefined;
}
