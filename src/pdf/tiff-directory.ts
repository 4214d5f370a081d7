/** Reads bytes of a file; fewer than asked for at its end. */
export type ReadAt = (offset: number, length: number) => Buffer;

/** The numbers of a TIFF's tags (TIFF 6.0, section 2), by tag. Texts and long arrays are left out. */
export interface TiffDirectory {
  readonly values: ReadonlyMap<number, readonly number[]>;
  /** Its subdirectories: a camera's TIFF has the picture there, and a thumbnail before it. */
  readonly subDirectories: readonly TiffDirectory[];
}

export const tiffTags = {
  newSubfileType: 254,
  subfileType: 255,
  imageWidth: 256,
  imageLength: 257,
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  samplesPerPixel: 277,
  xResolution: 282,
  yResolution: 283,
  subDirectories: 330,
  extraSamples: 338,
  sampleFormat: 339,
} as const;

/** Bounds on what a file may make us read: libtiff reads no more directories either. */
const maxDirectories = 65_535;
const maxEntries = 4096;
const maxValues = 256;
const maxWithSubDirectories = 16;

interface Layout {
  readonly isLittleEndian: boolean;
  /** BigTIFF: counts and offsets of 8 bytes. */
  readonly isBig: boolean;
}

/**
 * The directories of a TIFF in their order, or of EXIF, which has the same form. Empty for what is neither; those
 * before a damage.
 */
export function readTiffDirectories(readAt: ReadAt): TiffDirectory[] {
  const head = readAt(0, 16);
  const layout = layoutOf(head);
  if (!layout) return [];
  const directories: TiffDirectory[] = [];
  const seen = new Set<number>();
  let at = layout.isBig ? offsetOf(head, 8, layout) : offsetOf(head, 4, layout);
  while (at > 0 && !seen.has(at) && directories.length < maxDirectories) {
    seen.add(at);
    const found = readDirectory(readAt, at, layout);
    if (!found) break;
    const below = directories.length < maxWithSubDirectories ? found.values.get(tiffTags.subDirectories) : undefined;
    directories.push({
      values: found.values,
      subDirectories: (below ?? []).flatMap((offset) => {
        const sub = readDirectory(readAt, offset, layout);
        return sub ? [{ values: sub.values, subDirectories: [] }] : [];
      }),
    });
    at = found.next;
  }
  return directories;
}

/** One number of a directory, or the value that the standard gives where it is absent. */
export function tagValue(directory: TiffDirectory | undefined, tag: number, absent: number): number {
  return directory?.values.get(tag)?.[0] ?? absent;
}

function layoutOf(head: Buffer): Layout | undefined {
  const order = head.toString('latin1', 0, 2);
  if (head.length < 8 || (order !== 'II' && order !== 'MM')) return undefined;
  const isLittleEndian = order === 'II';
  const version = isLittleEndian ? head.readUInt16LE(2) : head.readUInt16BE(2);
  if (version !== 42 && version !== 43) return undefined;
  const isBig = version === 43;
  return isBig && head.length < 16 ? undefined : { isLittleEndian, isBig };
}

function readDirectory(
  readAt: ReadAt,
  offset: number,
  layout: Layout,
): { readonly values: Map<number, number[]>; readonly next: number } | undefined {
  const countBytes = layout.isBig ? 8 : 2;
  const entryBytes = layout.isBig ? 20 : 12;
  const head = readAt(offset, countBytes);
  if (head.length < countBytes) return undefined;
  const count = layout.isBig ? offsetOf(head, 0, layout) : unsigned(head, 0, 2, layout);
  if (count === 0 || count > maxEntries) return undefined;
  const entries = readAt(offset + countBytes, count * entryBytes + (layout.isBig ? 8 : 4));
  const values = new Map<number, number[]>();
  for (let at = 0; at + entryBytes <= Math.min(entries.length, count * entryBytes); at += entryBytes) {
    const found = readValues(readAt, entries.subarray(at, at + entryBytes), layout);
    if (found) values.set(unsigned(entries, at, 2, layout), found);
  }
  const hasNext = entries.length === count * entryBytes + (layout.isBig ? 8 : 4);
  return { values, next: hasNext ? offsetOf(entries, count * entryBytes, layout) : 0 };
}

/** Bytes of each type of number, by its code. Texts (2) and undefined bytes (7) say nothing that is asked here. */
const typeBytes: Readonly<Record<number, number>> = {
  1: 1,
  3: 2,
  4: 4,
  5: 8,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
  16: 8,
  18: 8,
};

function readValues(readAt: ReadAt, entry: Buffer, layout: Layout): number[] | undefined {
  const type = unsigned(entry, 2, 2, layout);
  const size = typeBytes[type];
  const count = layout.isBig ? offsetOf(entry, 4, layout) : unsigned(entry, 4, 4, layout);
  if (size === undefined || count === 0 || count > maxValues) return undefined;
  const valueAt = layout.isBig ? 12 : 8;
  const isInline = size * count <= entry.length - valueAt;
  const bytes = isInline ? entry.subarray(valueAt) : readAt(offsetOf(entry, valueAt, layout), size * count);
  if (bytes.length < size * count) return undefined;
  return Array.from({ length: count }, (_, index) => readNumber(bytes, index * size, type, layout));
}

function readNumber(bytes: Buffer, at: number, type: number, layout: Layout): number {
  const { isLittleEndian } = layout;
  switch (type) {
    case 5:
      return unsigned(bytes, at, 4, layout) / unsigned(bytes, at + 4, 4, layout);
    case 10:
      return signed(bytes, at, 4, layout) / signed(bytes, at + 4, 4, layout);
    case 8:
    case 9:
      return signed(bytes, at, type === 8 ? 2 : 4, layout);
    case 11:
      return isLittleEndian ? bytes.readFloatLE(at) : bytes.readFloatBE(at);
    case 12:
      return isLittleEndian ? bytes.readDoubleLE(at) : bytes.readDoubleBE(at);
    case 16:
    case 18:
      return Number(isLittleEndian ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
    default:
      return unsigned(bytes, at, typeBytes[type] ?? 1, layout);
  }
}

function unsigned(bytes: Buffer, at: number, length: number, { isLittleEndian }: Layout): number {
  return isLittleEndian ? bytes.readUIntLE(at, length) : bytes.readUIntBE(at, length);
}

function signed(bytes: Buffer, at: number, length: number, { isLittleEndian }: Layout): number {
  return isLittleEndian ? bytes.readIntLE(at, length) : bytes.readIntBE(at, length);
}

/** An offset as large as the file's layout has it; one beyond what a number holds leads nowhere. */
function offsetOf(bytes: Buffer, at: number, layout: Layout): number {
  if (!layout.isBig) return unsigned(bytes, at, 4, layout);
  const offset = readNumber(bytes, at, 16, layout);
  return Number.isSafeInteger(offset) ? offset : 0;
}
