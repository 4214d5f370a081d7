import { openBitmap } from './bitmap-document.ts';
import { openImage } from './image-document.ts';
import { openPdf } from './pdf-document.ts';
import type { DrawableType } from '../domain/document.ts';
import type { OpenDocument } from './opened-document.ts';
import type { RenderJob } from './render-messages.ts';

/** Opens a document. Throws ClassifierError `document_encrypted`, `document_corrupt` or `document_empty`. */
export function openDocument({
  path,
  type,
  settings,
  password,
}: Pick<RenderJob, 'path' | 'settings' | 'password'> & { readonly type: DrawableType }): Promise<OpenDocument> {
  if (type === 'pdf') return openPdf(path, settings, password);
  if (type === 'bmp') return openBitmap(path, settings);
  return openImage(path, type, settings);
}
