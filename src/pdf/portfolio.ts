import { ClassifierError } from '../domain/errors.ts';
import type { LoadedPdf } from './load-pdf.ts';
import type { OpenDocument } from './opened-document.ts';

/** Documents of a portfolio that are looked at: as many as an envelope holds. */
const maxDocuments = 100;

const emptyPortfolio =
  'This PDF is a portfolio, a wrapper around other files, and none of those is a PDF that can be read. Send the files that it holds.';

interface Member {
  readonly content: () => Promise<Uint8Array>;
  readonly pageCount: number;
}

/**
 * Opens the PDFs that a portfolio holds as one document, one after the other in the order of their names. Its own page is
 * left out: it tells people to use another viewer. Throws ClassifierError `document_corrupt` when it holds no PDF.
 */
export async function openPortfolio(
  wrapper: LoadedPdf,
  open: (content: () => Promise<Uint8Array>) => Promise<OpenDocument>,
): Promise<OpenDocument> {
  const attachments = [...((await wrapper.pdf.getAttachments()) ?? new Map<string, unknown>()).keys()];
  const members: Member[] = [];
  for (const id of attachments.slice(0, maxDocuments)) {
    const content = (): Promise<Uint8Array> => readAttachment(wrapper, id);
    const pageCount = await countPages(content, open);
    if (pageCount !== undefined) members.push({ content, pageCount });
  }
  if (members.length === 0) throw new ClassifierError('document_corrupt', emptyPortfolio);
  const lost = attachments.length - members.length;
  let current: { readonly member: Member; readonly document: OpenDocument } | undefined;

  async function documentOf(member: Member): Promise<OpenDocument> {
    if (current?.member === member) return current.document;
    await current?.document[Symbol.asyncDispose]();
    current = { member, document: await open(member.content) };
    return current.document;
  }

  return {
    pageCount: members.reduce((sum, { pageCount }) => sum + pageCount, 0),
    async drawPage(pageNumber) {
      let before = 0;
      for (const member of members) {
        if (pageNumber <= before + member.pageCount) {
          const page = await (await documentOf(member)).drawPage(pageNumber - before);
          return lost === 0 ? page : { ...page, warnings: [...page.warnings, lossSentence(lost, attachments.length)] };
        }
        before += member.pageCount;
      }
      throw new RangeError(`the portfolio has no page ${pageNumber}`);
    },
    async [Symbol.asyncDispose]() {
      await current?.document[Symbol.asyncDispose]();
      await wrapper[Symbol.asyncDispose]();
    },
  };
}

/** Undefined for a file that is no PDF, or none that can be opened. */
async function countPages(
  content: Member['content'],
  open: (content: Member['content']) => Promise<OpenDocument>,
): Promise<number | undefined> {
  try {
    await using document = await open(content);
    return document.pageCount;
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
