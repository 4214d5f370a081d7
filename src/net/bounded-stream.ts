import { Transform } from 'node:stream';
import { ClassifierError } from '../domain/errors.ts';

interface BoundedStreamOptions {
  readonly maxBytes: number;
  readonly field: string;
  /** Maps an error of the source. */
  readonly toError: (error: unknown) => ClassifierError;
  /** Called once, however the stream ends. */
  readonly onClose: () => void;
}

/** Passes bytes on until there are too many, and turns whatever fails before it into a ClassifierError. */
export function createBoundedStream(options: BoundedStreamOptions): {
  readonly writable: Transform;
  readonly tooLarge: () => ClassifierError;
} {
  const { maxBytes, field, toError, onClose } = options;
  const tooLarge = (): ClassifierError =>
    new ClassifierError('payload_too_large', `The document at ${field} is larger than ${maxBytes} bytes.`);
  let size = 0;
  const writable = new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      size += chunk.length;
      if (size > maxBytes) callback(tooLarge());
      else callback(null, chunk);
    },
    destroy(error, callback) {
      onClose();
      callback(error && toError(error));
    },
  });
  return { writable, tooLarge };
}
