import type { PageText } from '../../domain/page.ts';

/** Reads the words on a page image. */
export interface OcrEngine {
  /**
   * `image` is a JPEG. Returns empty text for a page that cannot be read within the engine's bounds.
   * Throws `cancelled` when the signal aborts.
   */
  recognise(image: Uint8Array, signal: AbortSignal): Promise<PageText>;
}
