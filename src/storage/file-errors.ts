/** True when a file system call failed with one of these codes. */
export function hasErrorCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code);
}

/** Whether we asked for what no file system could do, however well it is: another attempt fails in the same way. */
export function isOwnMistake(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError) return true;
  return hasErrorCode(error, 'ENAMETOOLONG', 'EINVAL', 'EISDIR', 'ELOOP', 'EBADF', 'EFAULT', 'EFBIG');
}

/** Undefined for a file that is not there. */
export async function unlessMissing<T>(pending: Promise<T>): Promise<T | undefined> {
  try {
    return await pending;
  } catch (error) {
    // What no file can be called is not there either.
    if (hasErrorCode(error, 'ENOENT', 'ENOTDIR', 'ENAMETOOLONG')) return undefined;
    throw error;
  }
}
