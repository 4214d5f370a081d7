import { pipeline, type Readable, Transform } from 'node:stream';

/** The same bytes; when the source breaks, the reader gets the error that `map` makes of it. */
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
