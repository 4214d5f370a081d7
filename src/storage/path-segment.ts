import { createHash } from 'node:crypto';
import { maxKeyBytes } from './object-key.ts';

/**
 * A name in a file system has 255 bytes at most, and so has one on S3 servers that keep objects as files. A folder's
 * has a mark behind it.
 */
const maxNameBytes = 254;
/** Bytes of a long id in one segment, without marks. */
const maxPartBytes = 240;
/** Behind every part of an id but the last. Nothing that `encodeURIComponent` gives holds it. */
const partMark = '=';
/** The longest that follows an id in a key: `/category-descriptions.json`. */
const tailBytes = 27;

/**
 * An id as part of a key below `prefix`: without `/` of its own, and never `..`. A parent workflow may give its child
 * any id of up to 1,000 bytes, so a long one takes several segments, and one that fits no key is hashed.
 */
export function pathSegment(id: string, prefix: string): string {
  const encoded = withoutDots(encodeURIComponent(id.toWellFormed()));
  const parts = bytesInFolder(encoded) <= maxNameBytes ? [encoded] : inParts(encoded);
  const joined = parts
    .map((part, index) => (index === parts.length - 1 ? withoutDots(part) : part + partMark))
    .join('/');
  if (prefix.length + joined.length + tailBytes <= maxKeyBytes) return joined;
  return partMark + createHash('sha256').update(id.toWellFormed()).digest('hex');
}

/** How an id stands in a key: one segment, or several. */
export const segmentPattern = `(?:[^/=]+${partMark}/)*[^/]+`;

/** The id of a `pathSegment`; undefined for a hash or anything else. */
export function idOfSegment(segment: string): string | undefined {
  if (isHashed(segment)) return undefined;
  try {
    return decodeURIComponent(segment.replaceAll(`${partMark}/`, ''));
  } catch {
    return undefined;
  }
}

/** Whether a key holds only a hash of the id. */
export function isHashed(segment: string): boolean {
  return segment.startsWith(partMark);
}

const splitKey = new RegExp(`^(tenants/[^/]+/(?:jobs|deleted-jobs)/)((?:[^/=]{60,}${partMark}/)+)(.*)$`);

/**
 * The key of the same object in an earlier version, which kept a long id in one segment; undefined for any other key.
 */
export function unsplitKey(key: string): string | undefined {
  const [, prefix, parts, rest] = splitKey.exec(key) ?? [];
  if (prefix === undefined || parts === undefined || rest === undefined) return undefined;
  return prefix + parts.replaceAll(`${partMark}/`, '') + rest;
}

/** The folder store writes all but these in three characters (folder-paths.ts). */
function bytesInFolder(text: string): number {
  return text.length + 2 * text.replace(/[a-z0-9._-]/g, '').length;
}

function inParts(encoded: string): string[] {
  const parts: string[] = [];
  let part = '';
  let bytes = 0;
  for (const character of encoded) {
    const width = bytesInFolder(character);
    if (bytes + width > maxPartBytes) {
      parts.push(part);
      part = '';
      bytes = 0;
    }
    part += character;
    bytes += width;
  }
  return [...parts, part];
}

function withoutDots(part: string): string {
  return part.replace(/^\.+$/, (dots) => '%2E'.repeat(dots.length));
}
