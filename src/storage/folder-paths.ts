import { join } from 'node:path';

/** Marks folders: no encoded name holds it, so the object `a/b` and the objects below `a/b/` never collide. */
const folderMark = '+';

/** The path of an object below `root`: folders are `name+`, the object's file is its encoded name. */
export function objectPath(root: string, key: string): string {
  const segments = key.split('/');
  const name = segments.pop() ?? '';
  return join(root, ...segments.map(folderName), encodeSegment(name));
}

/** The path of the folder that holds everything below `prefix` (which is empty or ends in `/`). */
export function folderPath(root: string, prefix: string): string {
  return join(root, ...prefix.split('/').slice(0, -1).map(folderName));
}

/** The segment that a folder entry stands for, with `/` behind it when it is a folder; undefined for foreign files. */
export function entryName(fileName: string, isFolder: boolean): string | undefined {
  if (isFolder !== fileName.endsWith(folderMark)) return undefined;
  const segment = decodeSegment(isFolder ? fileName.slice(0, -1) : fileName);
  if (segment === undefined || encodeSegment(segment) + (isFolder ? folderMark : '') !== fileName) return undefined;
  return isFolder ? `${segment}/` : segment;
}

function folderName(segment: string): string {
  return encodeSegment(segment) + folderMark;
}

/**
 * Percent-encodes all but lower-case letters, digits, `.`, `_` and `-`. Upper case too: file systems that ignore case
 * must not let two keys, or two tenants, share a file.
 */
function encodeSegment(segment: string): string {
  let encoded = '';
  for (const byte of Buffer.from(segment)) {
    const character = String.fromCharCode(byte);
    encoded += /[a-z0-9._-]/.test(character) ? character : `%${byte.toString(16).padStart(2, '0')}`;
  }
  return encoded;
}

function decodeSegment(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}
