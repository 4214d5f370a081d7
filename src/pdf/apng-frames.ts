import { crc32 } from 'node:zlib';

interface Chunk {
  readonly name: string;
  readonly data: Buffer;
}

/** Chunks of a PNG's head that apply to its frames too: colours, transparency and density. */
const sharedChunks: readonly string[] = ['PLTE', 'tRNS', 'gAMA', 'cHRM', 'sRGB', 'iCCP', 'pHYs', 'eXIf'];

/**
 * The frames of an animated PNG behind its first picture, each as a PNG of its own, at most `maxFrames` of them: libpng
 * shows the first alone. None for a PNG that is not animated. Source: APNG 1.0 (PNG third edition, section 11.3.6).
 */
export function* laterFrames(file: Buffer, maxFrames: number): Generator<Buffer> {
  const chunks = readChunks(file);
  const header = chunks.find(({ name }) => name === 'IHDR');
  if (!header || header.data.length < 13 || !chunks.some(({ name }) => name === 'acTL')) return;
  const shared = chunks.filter(({ name }) => sharedChunks.includes(name));
  let control: Buffer | undefined;
  let pieces: Buffer[] = [];
  let count = 0;
  for (const { name, data } of [...chunks, { name: 'fcTL', data: Buffer.alloc(0) }]) {
    if (name === 'fdAT') pieces.push(data.subarray(4));
    if (name !== 'fcTL') continue;
    if (control && control.length >= 12 && pieces.length > 0) {
      yield toPng(header.data, control, shared, pieces);
      if (++count >= maxFrames) return;
    }
    control = data;
    pieces = [];
  }
}

function readChunks(file: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = 8; at + 12 <= file.length;) {
    const length = file.readUInt32BE(at);
    chunks.push({ name: file.toString('latin1', at + 4, at + 8), data: file.subarray(at + 8, at + 8 + length) });
    at += 12 + length;
  }
  return chunks;
}

/** The frame's own size stands in its control chunk, behind a number of its order. */
function toPng(header: Buffer, control: Buffer, shared: readonly Chunk[], pieces: readonly Buffer[]): Buffer {
  const ownHeader = Buffer.concat([control.subarray(4, 12), header.subarray(8, 13)]);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    ...toChunk('IHDR', ownHeader),
    ...shared.flatMap(({ name, data }) => toChunk(name, data)),
    ...toChunk('IDAT', Buffer.concat(pieces)),
    ...toChunk('IEND', Buffer.alloc(0)),
  ]);
}

function toChunk(name: string, data: Buffer): Buffer[] {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(named));
  return [length, named, checksum];
}
