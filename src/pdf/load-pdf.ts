import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { getDocument, type PDFDocumentProxy, VerbosityLevel } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { documentCorrupt, documentEmpty, documentEncrypted, wrongPassword } from '../domain/error-sentences.ts';
import { ClassifierError } from '../domain/errors.ts';
import { registerFallbackFonts } from './fallback-fonts.ts';
import { collectProcessWarnings } from './pdf-warnings.ts';

/** A PDF that pdfjs holds open. */
export interface LoadedPdf extends AsyncDisposable {
  readonly pdf: PDFDocumentProxy;
  /** Whether a font that the file lacks was replaced by one of pdfjs's own, letter by number rather than by meaning. */
  hasSubstitutes(): boolean;
  /** The file has lost its end, and its pages were found one by one. */
  readonly isCutOff: boolean;
}

export interface LoadOptions {
  /** Images of more pixels are left out. */
  readonly maxImagePixels: number;
  readonly password?: string | undefined;
  /** Draws fonts that the file lacks by the meaning of their letters, with the fonts of this process. */
  readonly isByMeaning?: boolean;
}

/** Collects what pdfjs writes to the console of this process. */
export const pdfWarnings = collectProcessWarnings();

const packageFolder = new URL('.', import.meta.resolve('pdfjs-dist/package.json'));
registerFallbackFonts(new URL('standard_fonts/', packageFolder));

/** Each is needed: without them images (wasm), East Asian text (cmaps) or standard fonts vanish without an error. */
const resources = {
  wasmUrl: folder('wasm/'),
  cMapUrl: folder('cmaps/'),
  standardFontDataUrl: folder('standard_fonts/'),
  iccUrl: folder('iccs/'),
} as const;

/** Opens a PDF. Throws ClassifierError `document_encrypted`, `document_corrupt` or `document_empty`. */
export async function loadPdf(bytes: Uint8Array, options: LoadOptions): Promise<LoadedPdf> {
  const { password, isByMeaning = false } = options;
  let hasSubstitutes = false;

  /** pdfjs makes one for each document, and asks it for what its package holds. */
  class PackagedData {
    async fetch({ kind, filename }: { readonly kind: keyof typeof resources; readonly filename: string }) {
      hasSubstitutes ||= kind === 'standardFontDataUrl';
      return new Uint8Array(await readFile(`${resources[kind]}${filename}`));
    }
  }

  const hasEnd = endOf(bytes).includes('%%EOF');
  pdfWarnings.takeRepair();
  const task = getDocument({
    // pdfjs takes the buffer for itself, and refuses a Node Buffer.
    data: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    ...resources,
    ...(password !== undefined && { password }),
    BinaryDataFactory: PackagedData,
    useSystemFonts: isByMeaning,
    enableXfa: true,
    // Tells a font's name and a letter's code, which say whether a substitute is drawn by number.
    fontExtraProperties: true,
    maxImageSize: options.maxImagePixels,
    // A stream that is cut off is no more than a piece of information to pdfjs.
    verbosity: VerbosityLevel.INFOS,
  });
  try {
    const pdf = await task.promise;
    if (pdf.numPages < 1) throw documentEmpty();
    const isCutOff = pdfWarnings.takeRepair() && !hasEnd;
    return { pdf, isCutOff, hasSubstitutes: () => hasSubstitutes, [Symbol.asyncDispose]: () => task.destroy() };
  } catch (error) {
    await task.destroy();
    if (error instanceof ClassifierError) throw error;
    if (error instanceof Error && error.name === 'PasswordException')
      throw password === undefined ? documentEncrypted(error) : wrongPassword(error);
    throw documentCorrupt('pdf', error);
  } finally {
    pdfWarnings.take();
  }
}

/** Some programs append to a file what is no part of it. */
const endBytes = 2048;

function endOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(-endBytes)).toString('latin1');
}

function folder(name: string): string {
  return fileURLToPath(new URL(name, packageFolder));
}
