import type { TextBox } from './text-box.ts';

/** The detection model's probability for each pixel to be inside a line of text. */
export interface ProbabilityMap {
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** PP-OCR's own settings for its detection model ("DB"): pixel threshold, mean score of a box, growth of a box. */
const pixelThreshold = 0.3;
const minMeanScore = 0.5;
const growth = 1.5;
const minSidePx = 3;
const minPixels = 12;

/** Below this a short line counts as level: its angle is mostly chance. */
const levelAngle = (2.5 * Math.PI) / 180;

/** A line that rises by more than this of its height from end to end is too long for chance: it is followed. */
const levelRise = 0.3;

/**
 * Finds the lines of text in a probability map: each connected region above the threshold becomes a rectangle along
 * the region's main axis, grown by as much as the model shrank its regions in training.
 */
export function findTextBoxes(map: ProbabilityMap): TextBox[] {
  const { data, width, height } = map;
  const seen = new Uint8Array(width * height);
  const stack = new Int32Array(width * height);
  const boxes: TextBox[] = [];
  for (let start = 0; start < data.length; start++) {
    if (seen[start] === 1 || (data[start] ?? 0) <= pixelThreshold) continue;
    const region = collectRegion(map, start, seen, stack);
    const box = toBox(map, stack.subarray(0, region.pixelCount), region.scoreSum);
    if (box) boxes.push(box);
  }
  return boxes;
}

/** Flood fill over the eight neighbours; leaves the region's pixels at the front of `stack`. */
function collectRegion(
  { data, width, height }: ProbabilityMap,
  start: number,
  seen: Uint8Array,
  stack: Int32Array,
): { pixelCount: number; scoreSum: number } {
  let pixelCount = 1;
  let scoreSum = 0;
  stack[0] = start;
  seen[start] = 1;
  for (let next = 0; next < pixelCount; next++) {
    const pixel = stack[next] ?? 0;
    scoreSum += data[pixel] ?? 0;
    const x = pixel % width;
    const y = (pixel - x) / width;
    for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
      for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
        const neighbour = ny * width + nx;
        if (seen[neighbour] === 1 || (data[neighbour] ?? 0) <= pixelThreshold) continue;
        seen[neighbour] = 1;
        stack[pixelCount++] = neighbour;
      }
    }
  }
  return { pixelCount, scoreSum };
}

function toBox({ width }: ProbabilityMap, pixels: Int32Array, scoreSum: number): TextBox | undefined {
  if (pixels.length < minPixels || scoreSum / pixels.length < minMeanScore) return undefined;
  const angle = mainAngle(pixels, width);
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  let [minAlong, maxAlong, minAcross, maxAcross] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const pixel of pixels) {
    const x = pixel % width;
    const y = (pixel - x) / width;
    const along = x * cos + y * sin;
    const across = y * cos - x * sin;
    minAlong = Math.min(minAlong, along);
    maxAlong = Math.max(maxAlong, along);
    minAcross = Math.min(minAcross, across);
    maxAcross = Math.max(maxAcross, across);
  }
  const length = maxAlong - minAlong + 1;
  const height = maxAcross - minAcross + 1;
  if (Math.min(length, height) < minSidePx) return undefined;
  const along = (minAlong + maxAlong) / 2;
  const across = (minAcross + maxAcross) / 2;
  const grow = (length * height * growth) / (length + height);
  return {
    centreX: along * cos - across * sin + 0.5,
    centreY: along * sin + across * cos + 0.5,
    length: length + grow,
    height: height + grow,
    angle,
  };
}

/** Direction of the longest spread of the pixels (the main axis of their covariance). */
function mainAngle(pixels: Int32Array, width: number): number {
  let [sumX, sumY, sumXX, sumYY, sumXY] = [0, 0, 0, 0, 0];
  for (const pixel of pixels) {
    const x = pixel % width;
    const y = (pixel - x) / width;
    sumX += x;
    sumY += y;
    sumXX += x * x;
    sumYY += y * y;
    sumXY += x * y;
  }
  const count = pixels.length;
  const varianceX = sumXX / count - (sumX / count) ** 2;
  const varianceY = sumYY / count - (sumY / count) ** 2;
  const covariance = sumXY / count - (sumX / count) * (sumY / count);
  const angle = 0.5 * Math.atan2(2 * covariance, varianceX - varianceY);
  // Length over height, from the spread along and across the axis.
  const half = Math.hypot((varianceX - varianceY) / 2, covariance);
  const middle = (varianceX + varianceY) / 2;
  const shape = Math.sqrt((middle + half) / Math.max(0.1, middle - half));
  const isLevel = (tilt: number): boolean => tilt < levelAngle && tilt * shape < levelRise;
  if (isLevel(Math.abs(angle))) return 0;
  if (isLevel(Math.abs(Math.abs(angle) - Math.PI / 2))) return Math.PI / 2;
  // A region about as tall as wide (one letter, a logo) has no direction worth following.
  const elongation = Math.max(varianceX, varianceY) / Math.max(1, Math.min(varianceX, varianceY));
  return elongation < 4 && Math.abs(angle) > levelAngle && Math.abs(covariance) < Math.max(varianceX, varianceY) / 2
    ? 0
    : angle;
}
