import { Transform } from 'node:stream';

export interface RateGuardOptions {
  readonly minBytesPerSecond: number;
  /** Over how long the average is taken. */
  readonly windowMs: number;
  readonly tooSlow: () => Error;
}

/** Passes bytes on, and fails when fewer come than they must. While whoever reads them is the slower one, nobody else is blamed. */
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
      clearInterval(timer);
      callback(error);
    },
    flush(callback) {
      clearInterval(timer);
      callback();
    },
  });
  const timer = setInterval(() => {
    if (received < leastBytes && !wasHeldBack) guard.destroy(tooSlow());
    received = 0;
    wasHeldBack = guard.readableLength >= guard.readableHighWaterMark;
  }, windowMs);
  return guard;
}
