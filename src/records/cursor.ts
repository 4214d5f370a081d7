import { createHash } from 'node:crypto';
import { fieldError } from '../domain/field-error.ts';

/** What a contract calls the cursor of a list. */
export type CursorField = keyof typeof details;

export interface DecodeOptions {
  /** `nextPageToken` when absent. */
  readonly field?: CursorField | undefined;
  /** Checks the position: anybody may make up a cursor. */
  readonly isPosition?: (text: string) => boolean;
}

const checkLength = 8;
const details = {
  nextPageToken: 'must be the nextPageToken of an earlier page of the same list, in the same order',
  cursor: 'must be the next_cursor of an earlier page of the same list',
} as const;

/** Encodes where a page ended. `scope` names the list and its order: another list refuses the cursor. */
export function encodeCursor(position: string, scope: string): string {
  return Buffer.concat([checkOf(position, scope), Buffer.from(position)]).toString('base64url');
}

/** Throws `invalid_request` for another list's cursor: its position would skip items. */
export function decodeCursor(
  cursor: string,
  scope: string,
  { field = 'nextPageToken', isPosition = () => true }: DecodeOptions = {},
): string {
  const position = Buffer.from(cursor, 'base64url').subarray(checkLength).toString('utf8');
  if (encodeCursor(position, scope) === cursor && isPosition(position)) return position;
  throw fieldError(field, details[field]);
}

/** Guards against mistakes, not against people: a made-up cursor shows no more than the caller's own list. */
function checkOf(position: string, scope: string): Buffer {
  return createHash('sha256').update(scope).update('\0').update(position).digest().subarray(0, checkLength);
}
