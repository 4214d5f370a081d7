import { z } from 'zod';
import type { DocumentType } from '../domain/document.ts';
import { isErrorCode } from '../domain/errors.ts';
import type { PageSelection } from '../domain/page-selection.ts';

/** The measures of an image and of the work that one may cost. */
export interface RenderSettings {
  /** Long side of a page image. Never a resolution: a poster at 150 dpi has 10^9 pixels. */
  readonly longSidePx: number;
  readonly jpegQuality: number;
  /** Images inside a PDF beyond this are left out, with a warning. */
  readonly maxEmbeddedImagePixels: number;
  /** Image files (and frames of a TIFF) beyond this are refused before they are decoded. */
  readonly maxImagePixels: number;
  /** Leaves out the rest of a page beyond this. */
  readonly maxPageCharacters: number;
  /** A text of more pages is refused. */
  readonly maxTextPages: number;
  /** How deep elements of HTML may nest; deeper ones are read as siblings. */
  readonly maxHtmlDepth: number;
}

/** A job from the pool to a render child. It names the file, so that no bytes cross the channel. */
export interface RenderJob {
  readonly path: string;
  readonly type: DocumentType;
  readonly selection: PageSelection;
  /** The pages that are left when an earlier child was killed; they were selected before. */
  readonly pageNumbers?: readonly number[];
  readonly password?: string;
  readonly settings: RenderSettings;
}

const pageNumber = z.int().min(1);
const span = z.object({ text: z.string(), x: z.number(), y: z.number(), width: z.number(), height: z.number() });
const placedText = { text: z.string(), spans: z.array(span).readonly() };
const refusal = z.object({ code: z.string().refine(isErrorCode), detail: z.string() });

const jpeg = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

/** Events of a render child: first the opened document, then each page. */
export const renderEvent = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('opened'), pageCount: z.int().min(1), pageNumbers: z.array(pageNumber) }),
  z.object({
    kind: z.literal('page'),
    pageNumber,
    image: jpeg,
    sheet: z.object({ image: jpeg, isWhole: z.boolean() }).optional(),
    widthPx: z.int().min(1),
    heightPx: z.int().min(1),
    text: z.object({
      ...placedText,
      behind: z.object(placedText).exactOptional(),
      lacks: z.enum(['print', 'letters']).exactOptional(),
    }),
    isBlank: z.boolean(),
    warnings: z.array(z.string()),
  }),
  z.object({
    kind: z.literal('text-page'),
    pageNumber,
    text: z.object({ text: z.string(), spans: z.array(span).readonly() }),
    isBlank: z.boolean(),
  }),
  z.object({ kind: z.literal('page-failed'), pageNumber, error: refusal }),
]);

export type RenderEvent = z.infer<typeof renderEvent>;

/** How a job ended: done, or the document refused, with the reason for the caller. */
export const renderResult = z.object({ refusal: refusal.optional() });

export type RenderResult = z.infer<typeof renderResult>;
