import { once } from 'node:events';
import { createServer } from 'node:http';
import { corruptPdf, encryptedPdf, pdfWithoutPages, pdfWithPages } from '../../support/documents.ts';
import type { Content, PlannedJob } from './plan.ts';

/** The document of a job. The model reads the category of a page in its text. */
export function documentOf(content: Content): Uint8Array<ArrayBuffer> {
  switch (content.kind) {
    case 'pages':
      return pdfWithPages(markedPages(content.pages));
    case 'corrupt':
      return corruptPdf;
    case 'encrypted':
      return encryptedPdf;
    case 'no-pages':
      return pdfWithoutPages;
  }
}

/** The text of each page: its category, by which the model knows it. */
export function markedPages(pages: readonly string[]): readonly string[] {
  return pages.map((category, index) => `@@${category}-${index + 1}@@`);
}

/** A server on this machine that has the document of each job under its number. */
export interface Sources extends AsyncDisposable {
  urlOf(job: PlannedJob): string;
}

export async function serveSources(jobs: readonly PlannedJob[]): Promise<Sources> {
  const server = createServer(({ url = '' }, response) => {
    const job = jobs.find(({ number }) => `/${number}.pdf` === url);
    if (!job) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': 'application/pdf' }).end(documentOf(job.content));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the source has no port');
  return {
    urlOf: ({ number }) => `http://127.0.0.1:${address.port}/${number}.pdf`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
