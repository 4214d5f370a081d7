import { createHash } from 'node:crypto';
import { ClassifierError } from '../domain/errors.ts';

const checkLength = 8;
const detail = 'must be the nextPageToken of an earlier page of the same list, in the same order';

/** Where a page ended. `scope` names the list and its order: the cursor of another one is refused. */
export function encodeCursor(position: string, scope: string): string {
  return Buffer.concat([checkOf(position, scope), Buffer.from(position)]).toString('base64url');
}

/** Throws `invalid_request` for a cursor that is none of this list: anybody may make one up, so its position is what `isPosition` says. */
export function decodeCursor(
  cursor: string,
  scope: string,
  isPosition: (text: string) => boolean = () => true,
): string {
  const bytes = Buffer.from(cursor, 'base64url');
  const position = bytes.subarray(checkLength).toString('utf8');
  if (encodeCursor(position, scope) === cursor && isPosition(position)) return position;
  throw new ClassifierError('invalid_request', `nextPageToken ${detail}`, {
    errors: [{ pointer: '/nextPageToken', detail }],
  });
}

/** Guards against mistakes, not against people: whoever makes up a cursor sees no more than their own list. */
function checkOf(position: string, scope: string): Buffer {
  return createHash('sha256').update(scope).update('\0').update(position).digest().subarray(0, checkLength);
}
