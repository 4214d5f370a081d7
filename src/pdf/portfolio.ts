import { ClassifierError } from '../domain/errors.ts';
import type { LoadedPdf } from './load-pdf.ts';
import type { OpenDocument } from './opened-document.ts';

/** Documents of a portfolio, and of those within it, that are looked at: as many as an envelope holds. */
const maxDocuments = 100;
/** Portfolios in portfolios: an envelope in a bundle in a box. */
const maxDepth = 3;

const emptyPortfolio =
  'This PDF is a portfolio, a wrapper around other files, and none of those is a PDF that can be read. Send the files that it holds.';

/** A PDF from within another. `pages` is disposed of with what it was loaded from. */
export interface EmbeddedPdf {
  readonly loaded: LoadedPdf;
  readonly isPortfolio: boolean;
  readonly pages: OpenDocument;
}

type Content = () => Promise<Uint8Array>;
type OpenEmbedded = (content: Content) => Promise<EmbeddedPdf>;

interface Member {
  readonly content: Content;
  readonly pageCount: number;
}

/**
 * Opens the PDFs that a portfolio holds as one document, one after the other in the order of their names, those of a
 * portfolio within it included. Its own page is left out: it tells people to use another viewer. Throws ClassifierError
 * `document_corrupt` when it holds no PDF.
 */
export async function openPortfolio(wrapper: LoadedPdf, open: OpenEmbedded): Promise<OpenDocument> {
  await using found = new AsyncDisposableStack();
  const { members, files } = await gather(wrapper, open, found);
  if (members.length === 0) throw new ClassifierError('document_corrupt', emptyPortfolio);
  const lost = files - members.length;
  const wrappers = found.move();
  let current: { readonly member: Member; readonly document: OpenDocument } | undefined;

  async function documentOf(member: Member): Promise<OpenDocument> {
    if (current?.member === member) return current.document;
    await current?.document[Symbol.asyncDispose]();
    current = { member, document: (await open(member.content)).pages };
    return current.document;
  }

  return {
    pageCount: members.reduce((sum, { pageCount }) => sum + pageCount, 0),
    async drawPage(pageNumber) {
      let before = 0;
      for (const member of members) {
        if (pageNumber <= before + member.pageCount) {
          const page = await (await documentOf(member)).drawPage(pageNumber - before);
          return lost === 0 ? page : { ...page, warnings: [...page.warnings, lossSentence(lost, files)] };
        }
        before += member.pageCount;
      }
      throw new RangeError(`the portfolio has no page ${pageNumber}`);
    },
    async [Symbol.asyncDispose]() {
      await current?.document[Symbol.asyncDispose]();
      await wrappers.disposeAsync();
      await wrapper[Symbol.asyncDispose]();
    },
  };
}

interface Gathered {
  readonly members: Member[];
  /** All files that are no portfolios that were opened: those that could not be read, too. */
  files: number;
  looked: number;
}

/** Portfolios within are kept open in `wrappers`: their documents are read from them. */
async function gather(
  wrapper: LoadedPdf,
  open: OpenEmbedded,
  wrappers: AsyncDisposableStack,
  found: Gathered = { members: [], files: 0, looked: 0 },
  depth = 1,
): Promise<Gathered> {
  for (const id of ((await wrapper.pdf.getAttachments()) ?? new Map<string, unknown>()).keys()) {
    const content = (): Promise<Uint8Array> => readAttachment(wrapper, id);
    const embedded = found.looked++ < maxDocuments ? await openIfPdf(content, open) : undefined;
    const before = found.files;
    if (embedded?.isPortfolio === true && depth < maxDepth) {
      wrappers.use(embedded.pages);
      await gather(embedded.loaded, open, wrappers, found, depth + 1);
    } else if (embedded) {
      if (!embedded.isPortfolio) found.members.push({ content, pageCount: embedded.pages.pageCount });
      await embedded.pages[Symbol.asyncDispose]();
    }
    // A file, or a portfolio of which nothing came.
    if (found.files === before) found.files++;
  }
  return found;
}

/** Undefined for a file that is no PDF, or none that can be opened. */
async function openIfPdf(content: Content, open: OpenEmbedded): Promise<EmbeddedPdf | undefined> {
  try {
    return await open(content);
  } catch (error) {
    if (error instanceof ClassifierError) return undefined;
    throw error;
  }
}

async function readAttachment({ pdf }: LoadedPdf, id: string): Promise<Uint8Array> {
  const content = await pdf.getAttachmentContent(id);
  // pdfjs takes for itself what it opens, and the wrapper keeps this.
  return new Uint8Array(content instanceof Uint8Array ? content : []);
}

function lossSentence(lost: number, all: number): string {
  return `This PDF is a portfolio: ${lost} of the ${all} files that it holds could not be read as PDF and were left out.`;
}
