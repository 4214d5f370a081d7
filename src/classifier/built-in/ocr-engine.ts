import type { PlacedText, TextSpan } from '../../domain/page.ts';

/** Where to read, if not the whole page. */
export interface OcrPlaces {
  /** Read only these. */
  readonly only?: readonly TextSpan[];
  /** Known text: read only what lies beside it. */
  readonly known?: readonly TextSpan[];
}

export interface OcrText extends PlacedText {
  /** Why the page was not read, as the end of a sentence for the caller; its text is then empty. */
  readonly unread?: string;
}

/** Reads the words on a page image. */
export interface OcrEngine {
  /** `image` is a JPEG. Throws `cancelled` when the signal aborts. */
  recognise(image: Uint8Array, signal: AbortSignal, places?: OcrPlaces): Promise<OcrText>;
}
