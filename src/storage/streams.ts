import { addAbortSignal, type Readable, pipeline, Transform } from 'node:stream';

/** Wraps an error of the caller's stream, so that nobody takes it for the store's. */
class SourceFailure extends Error {
  override readonly name = 'SourceFailure';
}

/** The chunks of a caller's stream. Stopping early destroys the stream; its own error arrives as `SourceFailure`. */
export async function* readSource(body: Readable, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
  if (signal) addAbortSignal(signal, body);
  try {
    for await (const chunk of body) yield toBuffer(chunk);
  } catch (error) {
    throw new SourceFailure('the source stream failed', { cause: error });
  }
}

/** The error for the caller of `put`: the reason of the abort, the error of its own stream, or the result of `map`. */
export function putFailure(error: unknown, signal: AbortSignal | undefined, map: (error: unknown) => unknown): unknown {
  if (signal?.aborted) return signal.reason;
  return error instanceof SourceFailure ? error.cause : map(error);
}

function toBuffer(chunk: unknown): Buffer {
  if (Buffer.isBuffer(chunk)) return chunk;
  if (chunk instanceof Uint8Array) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  if (typeof chunk === 'string') return Buffer.from(chunk);
  throw new TypeError('the stream of an object must yield bytes');
}

/** The same bytes; if the source fails, the reader gets the error of `map`. */
export function withMappedErrors(source: Readable, map: (error: unknown) => unknown): Readable {
  const mappedStream = new Transform({
    transform: (chunk, _encoding, callback) => callback(null, chunk),
    destroy: (error, callback) => {
      const mapped = error === null ? null : map(error);
      callback(mapped instanceof Error ? mapped : error);
    },
  });
  pipeline(source, mappedStream, () => undefined);
  return mappedStream;
}
