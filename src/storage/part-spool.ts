import { createHash, type Hash, randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';

/** A complete part: S3 needs its length and checksums before its first byte. */
export interface SpooledPart {
  readonly sizeBytes: number;
  readonly digest: Buffer;
  /** The part's bytes; may be called again, as long as the spool has not been reset. */
  body(): Buffer | Readable;
}

export type DigestAlgorithm = 'sha256' | 'md5';

/** A part from bytes in memory. */
export function partOfBytes(bytes: Uint8Array, algorithm: DigestAlgorithm): SpooledPart {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { sizeBytes: buffer.length, digest: createHash(algorithm).update(buffer).digest(), body: () => buffer };
}

export interface PartSpoolOptions {
  readonly directory: string;
  readonly maxMemoryBytes: number;
  readonly algorithm: DigestAlgorithm;
}

/**
 * Gathers parts one by one, the first bytes in memory and the rest in a temporary file. So the memory of an upload
 * depends neither on the part size nor on how long a slow client takes.
 */
export class PartSpool implements AsyncDisposable {
  readonly #options: PartSpoolOptions;
  #chunks: Buffer[] = [];
  #file: FileHandle | undefined;
  #isInFile = false;
  #sizeBytes = 0;
  #hash: Hash;

  constructor(options: PartSpoolOptions) {
    this.#options = options;
    this.#hash = createHash(options.algorithm);
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  async write(chunk: Buffer): Promise<void> {
    this.#sizeBytes += chunk.length;
    this.#hash.update(chunk);
    if (this.#isInFile) {
      await this.#append(chunk);
      return;
    }
    this.#chunks.push(chunk);
    if (this.#sizeBytes > this.#options.maxMemoryBytes) await this.#moveToFile();
  }

  /** Ends the part that was written; `reset` begins the next. */
  finish(): SpooledPart {
    const sizeBytes = this.#sizeBytes;
    return { sizeBytes, digest: this.#hash.digest(), body: () => this.#read(sizeBytes) };
  }

  async reset(): Promise<void> {
    this.#chunks = [];
    this.#isInFile = false;
    this.#sizeBytes = 0;
    this.#hash = createHash(this.#options.algorithm);
    await this.#file?.truncate(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  #read(sizeBytes: number): Buffer | Readable {
    if (!this.#isInFile || !this.#file) return Buffer.concat(this.#chunks);
    return Readable.from(readFile(this.#file, sizeBytes), { objectMode: false });
  }

  async #moveToFile(): Promise<void> {
    if (!this.#file) {
      const path = join(this.#options.directory, `part-${randomUUID()}`);
      this.#file = await open(path, 'wx+', 0o600);
      // Without a name the file disappears with this process, however it ends.
      await unlink(path);
    }
    this.#isInFile = true;
    const chunks = this.#chunks;
    this.#chunks = [];
    let position = this.#sizeBytes - chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    for (const chunk of chunks) {
      await writeFully(this.#file, chunk, position);
      position += chunk.length;
    }
  }

  async #append(chunk: Buffer): Promise<void> {
    if (this.#file) await writeFully(this.#file, chunk, this.#sizeBytes - chunk.length);
  }
}

async function writeFully(file: FileHandle, chunk: Buffer, position: number): Promise<void> {
  for (let written = 0; written < chunk.length;) {
    const { bytesWritten } = await file.write(chunk, written, chunk.length - written, position + written);
    written += bytesWritten;
  }
}

const readBytes = 64 * 1024;

async function* readFile(file: FileHandle, sizeBytes: number): AsyncGenerator<Buffer> {
  for (let position = 0; position < sizeBytes;) {
    const length = Math.min(readBytes, sizeBytes - position);
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, position);
    if (bytesRead === 0) throw new Error('a temporary file is shorter than what was written to it');
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
