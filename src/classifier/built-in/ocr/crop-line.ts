import type { Bitmap } from './bitmap.ts';
import type { TextBox } from './text-box.ts';

/** A line of text, upright, 48 px high, as planes of numbers from 0 to 1 in the order blue, green, red. */
export interface LineCrop {
  readonly planes: Float32Array;
  readonly width: number;
}

/** The line height of the recognition model. */
const lineHeight = 48;
export const maxLineWidth = 2304;

/** Length by height beyond which a line is squeezed. */
export const maxLineShape = maxLineWidth / lineHeight;

/** How wide a line becomes at that height. */
export function lineWidth(box: TextBox): number {
  return Math.min(maxLineWidth, Math.max(8, Math.round((box.length / box.height) * lineHeight)));
}

/** Cuts a (turned) box out of the picture and scales it to the height that the models take, with bilinear samples. */
export function cropLine(bitmap: Bitmap, box: TextBox): LineCrop {
  const width = lineWidth(box);
  const plane = width * lineHeight;
  const planes = new Float32Array(plane * 3);
  const stepAlong = box.length / width;
  const stepAcross = box.height / lineHeight;
  // Where a large title shrinks, several samples a pixel keep its thin strokes.
  const samples = Math.min(4, Math.max(1, Math.round(stepAcross)));
  // Measured: numbers from 0 to 1 keep a fifth more of the spaces between words than PP-OCR's own -1 to 1.
  const weight = 1 / (255 * samples * samples);
  const [cos, sin] = [Math.cos(box.angle), Math.sin(box.angle)];
  for (let v = 0; v < lineHeight; v++) {
    for (let u = 0; u < width; u++) {
      const pixel = v * width + u;
      for (let sample = 0; sample < samples * samples; sample++) {
        const along = (u + ((sample % samples) + 0.5) / samples) * stepAlong - box.length / 2;
        const across = (v + (Math.floor(sample / samples) + 0.5) / samples) * stepAcross - box.height / 2;
        const x = box.centreX + along * cos - across * sin;
        const y = box.centreY + along * sin + across * cos;
        addSample(bitmap, x, y, planes, pixel, plane, weight);
      }
    }
  }
  return { planes, width };
}

/** Puts lines side by side as a model takes them: each `width` px wide, padded or cut on the right. */
export function joinCrops(crops: readonly LineCrop[], width: number): Float32Array {
  const joined = new Float32Array(crops.length * 3 * lineHeight * width);
  for (const [index, crop] of crops.entries()) {
    const used = Math.min(crop.width, width);
    for (let row = 0; row < 3 * lineHeight; row++) {
      const from = row * crop.width;
      joined.set(crop.planes.subarray(from, from + used), (index * 3 * lineHeight + row) * width);
    }
  }
  return joined;
}

function addSample(
  { data, width, height }: Bitmap,
  x: number,
  y: number,
  planes: Float32Array,
  pixel: number,
  plane: number,
  weight: number,
): void {
  const left = Math.min(width - 1, Math.max(0, Math.floor(x - 0.5)));
  const top = Math.min(height - 1, Math.max(0, Math.floor(y - 0.5)));
  const right = Math.min(width - 1, left + 1);
  const bottom = Math.min(height - 1, top + 1);
  const fx = Math.min(1, Math.max(0, x - 0.5 - left));
  const fy = Math.min(1, Math.max(0, y - 0.5 - top));
  for (let channel = 0; channel < 3; channel++) {
    const upper = at(data, width, left, top, channel) * (1 - fx) + at(data, width, right, top, channel) * fx;
    const lower = at(data, width, left, bottom, channel) * (1 - fx) + at(data, width, right, bottom, channel) * fx;
    const target = (2 - channel) * plane + pixel;
    planes[target] = (planes[target] ?? 0) + (upper * (1 - fy) + lower * fy) * weight;
  }
}

function at(data: Uint8Array, width: number, x: number, y: number, channel: number): number {
  return data[(y * width + x) * 3 + channel] ?? 255;
}
