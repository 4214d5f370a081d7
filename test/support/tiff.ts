/** Writes uncompressed TIFFs of kinds that sharp does not write. */
export interface TiffFrame {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
  /** Further tags, as [tag, value] or [tag, values]: shorts, or where they are fractions, rationals. */
  readonly tags?: readonly (readonly [tag: number, value: number | readonly number[]])[];
  /** A frame that hangs below this one. */
  readonly below?: TiffFrame;
}

const short = 3;
const long = 4;
const rational = 5;
const rationalTags = [282, 283];

/** Little-endian, one strip a frame. Defaults: 8 bits, black is zero, one sample. */
export function writeTiff(frames: readonly TiffFrame[]): Buffer {
  const file = new GrowingFile();
  file.append(Buffer.from('II*\0\0\0\0\0', 'latin1'));
  let link = 4;
  for (const frame of frames) {
    const { at, nextAt } = writeFrame(file, frame);
    file.setLong(link, at);
    link = nextAt;
  }
  return file.bytes;
}

class GrowingFile {
  bytes = Buffer.alloc(0);

  append(more: Buffer): number {
    const at = this.bytes.length;
    this.bytes = Buffer.concat([this.bytes, more, Buffer.alloc(more.length % 2)]);
    return at;
  }

  setLong(at: number, value: number): void {
    this.bytes.writeUInt32LE(value, at);
  }
}

function writeFrame(file: GrowingFile, frame: TiffFrame): { readonly at: number; readonly nextAt: number } {
  const below = frame.below ? writeFrame(file, frame.below).at : undefined;
  const strip = file.append(Buffer.from(frame.pixels));
  const tags = new Map<number, readonly number[]>([
    [256, [frame.width]],
    [257, [frame.height]],
    [258, [8]],
    [259, [1]],
    [262, [1]],
    [273, [strip]],
    [277, [1]],
    [278, [frame.height]],
    [279, [frame.pixels.length]],
    ...(below === undefined ? [] : [[330, [below]] as const]),
  ]);
  for (const [tag, value] of frame.tags ?? []) tags.set(tag, typeof value === 'number' ? [value] : value);
  const entries = [...tags].toSorted(([a], [b]) => a - b).map(([tag, values]) => toEntry(file, tag, values));
  const count = Buffer.alloc(2);
  count.writeUInt16LE(entries.length);
  const at = file.append(Buffer.concat([count, ...entries, Buffer.alloc(4)]));
  return { at, nextAt: at + 2 + entries.length * 12 };
}

function toEntry(file: GrowingFile, tag: number, values: readonly number[]): Buffer {
  const type = rationalTags.includes(tag)
    ? rational
    : values.some((value) => value > 0xffff) || tag === 330
      ? long
      : short;
  const bytes = Buffer.concat(values.map((value) => toBytes(value, type)));
  const entry = Buffer.alloc(12);
  entry.writeUInt16LE(tag, 0);
  entry.writeUInt16LE(type, 2);
  entry.writeUInt32LE(values.length, 4);
  if (bytes.length <= 4) bytes.copy(entry, 8);
  else entry.writeUInt32LE(file.append(bytes), 8);
  return entry;
}

function toBytes(value: number, type: number): Buffer {
  const bytes = Buffer.alloc(type === short ? 2 : type === long ? 4 : 8);
  if (type === short) bytes.writeUInt16LE(value);
  else bytes.writeUInt32LE(value);
  if (type === rational) bytes.writeUInt32LE(1, 4);
  return bytes;
}

/**
 * The numbers of a picture whose left half is `left` and whose right half is `right`, by `write` at each place of
 * `size` bytes.
 */
export function halves(
  { width, height }: { readonly width: number; readonly height: number },
  size: number,
  write: (bytes: Buffer, at: number, isLeft: boolean) => void,
): Buffer {
  const bytes = Buffer.alloc(width * height * size);
  for (let pixel = 0; pixel < width * height; pixel++) write(bytes, pixel * size, pixel % width < width / 2);
  return bytes;
}
