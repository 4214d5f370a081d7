import { z } from 'zod';
import type { PageText } from '../../domain/page.ts';
import type { NeighbouringPage, PageClassification, PageClassificationRequest } from '../page-classifier.ts';

/** Everything of a request that crosses to another process, and what is known of the page so far. */
export interface ScoringJob extends Omit<PageClassificationRequest, 'page' | 'signal'> {
  readonly page: {
    readonly pageNumber: number;
    readonly pageCount: number;
    readonly widthPx?: number;
    readonly heightPx?: number;
  };
  /** The text layer. */
  readonly layer: PageText;
  /** What OCR read, or null where the page has no image; absent while nobody has looked. */
  readonly read?: PageText | null;
  /** Absent while nobody has loaded them. */
  readonly neighbours?: readonly NeighbouringPage[];
}

/** What a child misses to answer: most pages need neither. */
const need = z.enum(['image', 'neighbours']);
export type Need = z.infer<typeof need>;

const share = z.number().min(0).max(1);
const answer = z.object({
  classification: z.string(),
  rawResult: z.string(),
  confidence: share,
  confidenceSource: z.literal('word-scores'),
  candidates: z.array(z.object({ name: z.string(), confidence: share })),
  reasoning: z.string(),
}) satisfies z.ZodType<PageClassification>;

/** A child answers, or says what it needs to. It reads hostile pages, so what it says is checked. */
export const scoringReply = z.union([z.object({ answer }), z.object({ needs: need })]);
export type ScoringReply = z.infer<typeof scoringReply>;
