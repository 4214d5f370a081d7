import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import type { DrawableType } from '../../src/domain/document.ts';
import type { DocumentFacts, DocumentRenderer, RenderedPage } from '../../src/pdf/document-renderer.ts';

export interface Rendered {
  readonly facts: DocumentFacts;
  readonly pages: readonly RenderedPage[];
}

/** Renders the first pages of a file and keeps them. */
export async function renderFile(by: DocumentRenderer, path: string, type: DrawableType): Promise<Rendered> {
  const pages: RenderedPage[] = [];
  const { signal } = new AbortController();
  const facts = await by.render({ path, type, selection: { ranges: [], maxPages: 4 }, signal }, async (page) => {
    pages.push(page);
  });
  return { facts, pages };
}

/** As `renderFile`, for bytes that a test made. */
export async function renderBytes(
  by: DocumentRenderer,
  bytes: Uint8Array | string,
  type: DrawableType,
): Promise<Rendered> {
  const folder = await mkdtemp(join(tmpdir(), 'rendering-'));
  try {
    const path = join(folder, `document.${type}`);
    await writeFile(path, bytes);
    return await renderFile(by, path, type);
  } finally {
    await rm(folder, { recursive: true });
  }
}

export function fixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
}

/** A page image's colour at a place given in fractions, rounded to steps of 32. */
export async function colourAt(page: RenderedPage | undefined, x: number, y: number): Promise<readonly number[]> {
  const { data, info } = await sharp(imageOf(page)).raw().toBuffer({ resolveWithObject: true });
  const offset = (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * info.channels;
  return [...data.subarray(offset, offset + 3)].map((value) => Math.round(value / 32) * 32);
}

/** Share of pixels that are darker than the middle. */
export async function darkShare(page: RenderedPage | undefined): Promise<number> {
  const grey = await sharp(imageOf(page)).greyscale().raw().toBuffer();
  return grey.filter((value) => value < 128).length / grey.length;
}

function imageOf(page: RenderedPage | undefined): Uint8Array {
  if (!page || !('image' in page)) throw new Error(`no image: ${JSON.stringify(page)}`);
  return page.image;
}
