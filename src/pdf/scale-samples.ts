/** How many samples are examined to tell stray values from the rest. */
const probeCount = 50_000;
/** A value this many times larger than 99.9 % of the rest marks "nothing here". */
const strayFactor = 8;

export interface SampleScale {
  /** Floating-point numbers mostly go from 0 to 1; whole ones fill the bits that their maker had. */
  readonly isFloat: boolean;
  /** The file counts darkness rather than light. */
  readonly isInverted: boolean;
}

/**
 * Turns numbers of any range into 8 bits: 12 bits that a camera left in 16, floating point, signed numbers. Zero stays
 * black, so that the noise of an empty sheet is not stretched to ink. Undefined where none of them is a number.
 */
export function scaleSamples(samples: Float32Array, { isFloat, isInverted }: SampleScale): Uint8Array | undefined {
  const range = usualRange(samples);
  if (!range) return undefined;
  const low = Math.min(0, range.low);
  const high = low < 0 ? range.high : fullScale(range.high, isFloat);
  const pixels = new Uint8Array(samples.length);
  for (let at = 0; at < samples.length; at++) {
    const share = ((samples[at] ?? 0) - low) / (high - low || 1);
    const light = Math.round(Math.min(1, Math.max(0, isInverted ? 1 - share : share)) * 255);
    pixels[at] = Number.isNaN(light) ? 255 : light;
  }
  return pixels;
}

function fullScale(high: number, isFloat: boolean): number {
  if (isFloat && high <= 2) return high > 0.25 && high <= 1 ? 1 : high;
  // 32 bits are rounded on their way here.
  return 2 ** Math.ceil(Math.log2(Math.max(1, high) + 1) - 1e-6) - 1;
}

function usualRange(samples: Float32Array): { readonly low: number; readonly high: number } | undefined {
  const step = Math.max(1, Math.floor(samples.length / probeCount));
  const probe = samples.filter((value, index) => index % step === 0 && Number.isFinite(value)).toSorted();
  let [low, high] = [Infinity, -Infinity];
  for (const value of samples) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return undefined;
  const usualHigh = probe[Math.floor(probe.length * 0.999)] ?? high;
  const usualLow = probe[Math.floor(probe.length * 0.001)] ?? low;
  return {
    low: low < 0 && low < Math.min(0, usualLow) * strayFactor ? Math.min(0, usualLow) : low,
    high: usualHigh > 0 && high > usualHigh * strayFactor ? usualHigh : high,
  };
}
