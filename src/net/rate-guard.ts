import { Transform } from 'node:stream';
import { eachWindow } from '../domain/each-window.ts';

export interface RateGuardOptions {
  readonly minBytesPerSecond: number;
  /** Over how long the average is taken. */
  readonly windowMs: number;
  readonly tooSlow: () => Error;
}

/**
 * Passes bytes on, and fails when they come too slowly. Does not blame the source while the reader is the slower one.
 */
export function createRateGuard({ minBytesPerSecond, windowMs, tooSlow }: RateGuardOptions): Transform {
  const leastBytes = (minBytesPerSecond * windowMs) / 1000;
  let received = 0;
  let wasHeldBack = false;
  const guard = new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      received += chunk.length;
      callback(null, chunk);
      wasHeldBack ||= guard.readableLength >= guard.readableHighWaterMark;
    },
    destroy(error, callback) {
      stop();
      callback(error);
    },
    flush(callback) {
      stop();
      callback();
    },
  });
  const stop = eachWindow(windowMs, (wasWhole) => {
    if (wasWhole && received < leastBytes && !wasHeldBack) guard.destroy(tooSlow());
    received = 0;
    wasHeldBack = guard.readableLength >= guard.readableHighWaterMark;
  });
  return guard;
}
