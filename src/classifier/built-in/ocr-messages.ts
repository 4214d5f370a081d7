import { z } from 'zod';
import type { PlacedText } from '../../domain/page.ts';
import type { OcrPlaces } from './ocr-engine.ts';

/** A job from the pool to a child. */
export interface OcrJob {
  readonly image: Uint8Array;
  readonly places?: OcrPlaces;
}

const fraction = z.number().min(0).max(1);

/** A child's answer. It reads hostile images, so the pool checks its answer. */
export const ocrTextSchema = z.object({
  text: z.string().max(1_000_000),
  spans: z
    .array(z.object({ text: z.string(), x: fraction, y: fraction, width: fraction, height: fraction }))
    .max(20_000),
}) satisfies z.ZodType<PlacedText>;
