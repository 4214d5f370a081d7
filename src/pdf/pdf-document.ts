import { readFile } from 'node:fs/promises';
import type { PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { drawPdfPage } from './draw-pdf-page.ts';
import { drawXfaPage } from './draw-xfa-page.ts';
import { loadPdf, type LoadedPdf, type LoadOptions } from './load-pdf.ts';
import type { DrawnPage, OpenDocument } from './opened-document.ts';
import { openPortfolio, type EmbeddedPdf } from './portfolio.ts';
import type { RenderSettings } from './render-messages.ts';

const unreadForm = 'This PDF is a dynamic XFA form whose fields could not be read; this page is what stands in for it.';

/**
 * Opens a PDF. A portfolio has the pages of the documents that it holds. Throws ClassifierError `document_encrypted`,
 * `document_corrupt` or `document_empty`.
 */
export async function openPdf(path: string, settings: RenderSettings, password?: string): Promise<OpenDocument> {
  const bytes = (): Promise<Uint8Array> => readFile(path);
  const options = { maxImagePixels: settings.maxEmbeddedImagePixels, password };
  const loaded = await loadPdf(await bytes(), options);
  try {
    const facts = await readFacts(loaded.pdf);
    if (!facts.isPortfolio) return openPages({ loaded, bytes, options, facts, settings });
    return await openPortfolio(loaded, (content) => openEmbedded(content, settings));
  } catch (error) {
    await loaded[Symbol.asyncDispose]();
    throw error;
  }
}

async function openEmbedded(bytes: () => Promise<Uint8Array>, settings: RenderSettings): Promise<EmbeddedPdf> {
  const options = { maxImagePixels: settings.maxEmbeddedImagePixels };
  const loaded = await loadPdf(await bytes(), options);
  const facts = await readFacts(loaded.pdf);
  return { loaded, isPortfolio: facts.isPortfolio, pages: openPages({ loaded, bytes, options, facts, settings }) };
}

const cutOff = 'This PDF is cut off: pages behind this one, or parts of it, may be missing.';

interface PdfFacts {
  readonly isPortfolio: boolean;
  /** Its only form is of XFA, which pdfjs did not understand. */
  readonly isUnreadForm: boolean;
}

async function readFacts(pdf: PDFDocumentProxy): Promise<PdfFacts> {
  const { info }: { readonly info: object } = await pdf.getMetadata();
  const says = (key: string): boolean => Object.entries(info).some(([name, value]) => name === key && value === true);
  return {
    isPortfolio: says('IsCollectionPresent'),
    isUnreadForm: says('IsXFAPresent') && !says('IsAcroFormPresent') && !pdf.isPureXfa,
  };
}

interface OpenedPdf {
  readonly loaded: LoadedPdf;
  /** The file once more: pdfjs took the first copy. */
  readonly bytes: () => Promise<Uint8Array>;
  readonly options: LoadOptions;
  readonly facts: PdfFacts;
  readonly settings: RenderSettings;
}

function openPages({ loaded, bytes, options, facts, settings }: OpenedPdf): OpenDocument {
  const { pdf } = loaded;
  let byMeaning: LoadedPdf | undefined;

  async function drawPage(pageNumber: number): Promise<DrawnPage> {
    if (pdf.isPureXfa) return drawXfaPage(pdf, pageNumber, settings);
    const { page, drawn } = await drawPdfPage(pdf, pageNumber, settings);
    if (!(drawn.hasNumberedLetters && loaded.hasSubstitutes())) return page;
    byMeaning ??= await loadPdf(await bytes(), { ...options, isByMeaning: true });
    return (await drawPdfPage(byMeaning.pdf, pageNumber, settings)).page;
  }

  return {
    pageCount: pdf.numPages,
    async drawPage(pageNumber) {
      const page = await drawPage(pageNumber);
      const ofDocument = [...(facts.isUnreadForm ? [unreadForm] : []), ...(loaded.isCutOff ? [cutOff] : [])];
      return { ...page, warnings: [...page.warnings, ...ofDocument] };
    },
    async [Symbol.asyncDispose]() {
      await byMeaning?.[Symbol.asyncDispose]();
      await loaded[Symbol.asyncDispose]();
    },
  };
}
