import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { createDocumentRenderer } from '../src/pdf/render-pool.ts';
import type { Lab } from './lab.ts';
import { timed } from './statistics.ts';

/** The renderer alone, in its own processes, without workflow and store. */
export interface RenderBench extends AsyncDisposable {
  /** Renders the first pages of a file and gives their number. */
  render(path: string, maxPages: number): Promise<number>;
  /** Milliseconds that one page of the document takes, opening included. */
  pageMs(document: Uint8Array): Promise<number>;
}

export async function createRenderBench(
  lab: Lab,
  options: { readonly processes?: number; readonly longSidePx?: number } = {},
): Promise<RenderBench> {
  const renderer = createDocumentRenderer({ processes: 1, ...options, logger: pino({ level: 'silent' }) });
  await renderer.warmUp();

  async function render(path: string, maxPages: number): Promise<number> {
    const signal = AbortSignal.timeout(120_000);
    const { pageNumbers } = await renderer.render(
      { path, type: 'pdf', selection: { ranges: [], maxPages }, signal },
      async () => undefined,
    );
    return pageNumbers.length;
  }

  return {
    render,
    async pageMs(document) {
      const path = join(lab.directory, `${randomUUID()}.pdf`);
      await writeFile(path, document);
      return timed(() => render(path, 1));
    },
    [Symbol.asyncDispose]: () => renderer[Symbol.asyncDispose](),
  };
}
