import { z } from 'zod';
import type { PageText } from '../../domain/page.ts';
import type { OcrText } from './ocr-engine.ts';
import type { NeighbouringPage, PageClassification, PageClassificationRequest } from '../page-classifier.ts';

/** Everything of a request that crosses to another process, and what is known of the page so far. */
export interface ScoringJob extends Omit<PageClassificationRequest, 'page' | 'signal' | 'reading'> {
  readonly page: {
    readonly pageNumber: number;
    readonly pageCount: number;
    readonly widthPx?: number;
    readonly heightPx?: number;
  };
  /** The text layer. */
  readonly layer: PageText;
  /** The results of OCR, by place; empty before OCR. */
  readonly reads: readonly (PlaceToRead & { readonly text: OcrText })[];
  /** False where the page has no image; absent while nobody has looked. */
  readonly hasImage?: boolean;
  /** Absent while nobody has loaded them. */
  readonly neighbours?: readonly NeighbouringPage[];
}

const span = z.object({ text: z.string(), x: z.number(), y: z.number(), width: z.number(), height: z.number() });
const placeToRead = z.object({
  places: z.object({ only: z.array(span).readonly().exactOptional(), known: z.array(span).readonly().exactOptional() }),
});
export type PlaceToRead = z.infer<typeof placeToRead>;

/** What a child lacks for its answer: most pages need neither OCR nor the pages before. */
const need = z.union([placeToRead, z.literal('neighbours')]);
export type Need = z.infer<typeof need>;

const share = z.number().min(0).max(1);
const answer = z.object({
  classification: z.string(),
  rawResult: z.string(),
  confidence: share,
  confidenceSource: z.literal('word-scores'),
  candidates: z.array(z.object({ name: z.string(), confidence: share })),
  reasoning: z.string(),
  warnings: z.array(z.string()).exactOptional(),
}) satisfies z.ZodType<PageClassification>;

/** A child answers, or says what it needs to. It reads hostile pages, so what it says is checked. */
export const scoringReply = z.union([z.object({ answer }), z.object({ needs: need })]);
export type ScoringReply = z.infer<typeof scoringReply>;
