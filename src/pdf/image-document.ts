import { closeSync, openSync, readSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import sharp, { type Metadata, type SharpOptions } from 'sharp';
import { documentCorrupt } from '../domain/error-sentences.ts';
import type { DrawableType } from '../domain/document.ts';
import { ClassifierError } from '../domain/errors.ts';
import { laterFrames } from './apng-frames.ts';
import { decodeFrame, type ImageFrame } from './decode-image.ts';
import { damagedImage, imageTooLarge, isWithinPixelLimit, pixelLimitSentence } from './image-limits.ts';
import { hasInk } from './ink.ts';
import type { Pixels } from './pixels.ts';
import type { DrawnPage, OpenDocument } from './opened-document.ts';
import { shrinkToPage } from './page-size.ts';
import { readPixelAspect, withSquarePixels } from './pixel-aspect.ts';
import type { RenderSettings } from './render-messages.ts';
import { readTiffDirectories, type TiffDirectory, type ReadAt } from './tiff-directory.ts';
import { unreadCompression, unreadFormat } from './tiff-format.ts';
import { choosePages, type TiffPage } from './tiff-pages.ts';

// A child does one thing at a time; the pool has as many as there are cores to use.
sharp.concurrency(1);
sharp.cache(false);

const noText = { text: '', spans: [] } as const;

/** How many frames of an animation are looked at for one that shows something. */
const maxFramesTried = 50;

/**
 * Opens a JPEG, PNG, GIF, WebP or TIFF. An animation has one page, its first frame with ink; a TIFF as many as it has
 * pictures, thumbnails and masks apart.
 */
export async function openImage(path: string, type: DrawableType, settings: RenderSettings): Promise<OpenDocument> {
  const directories = type === 'tiff' ? readDirectories(path) : [];
  const header = await readHeader(path, {});
  if (!header || header.format !== type) throw unreadable(directories);
  const pages = type === 'tiff' ? choosePages(directories, header.pages ?? 1) : [{ page: 0 }];
  const [first] = pages;
  if (pages.length === 1 && first?.page === 0 && first.subifd === undefined) refuseTooLarge(header, settings);
  return {
    pageCount: pages.length,
    async drawPage(pageNumber) {
      const page = pages[pageNumber - 1] ?? { page: 0 };
      const drawn = await drawPage(path, type, page, settings);
      if (drawn) return drawn;
      const reason = page.directory && (unreadCompression(page.directory) ?? unreadFormat(page.directory));
      if (pages.length === 1) throw reason === undefined ? documentCorrupt('image') : notRead(reason);
      throw new ClassifierError(
        'page_render_failed',
        reason ?? 'This page could not be decoded: the image is damaged.',
      );
    },
    async [Symbol.asyncDispose]() {},
  };
}

function refuseTooLarge(header: Metadata, { maxImagePixels }: RenderSettings): void {
  if (!isWithinPixelLimit(header, maxImagePixels)) throw imageTooLarge(header, maxImagePixels);
}

/** A TIFF that libvips does not even open may be whole, and of a kind that it does not read. */
function unreadable(directories: readonly TiffDirectory[]): ClassifierError {
  const [directory] = directories;
  const reason = directory && (unreadCompression(directory) ?? unreadFormat(directory));
  return reason === undefined ? documentCorrupt('image') : notRead(reason);
}

function notRead(reason: string): ClassifierError {
  return new ClassifierError('document_corrupt', `This image could not be opened: ${reason}`);
}

function readDirectories(path: string): readonly TiffDirectory[] {
  using file = openFileReader(path);
  return readTiffDirectories(file.readAt);
}

async function drawPage(
  path: string,
  type: DrawableType,
  page: TiffPage,
  settings: RenderSettings,
): Promise<DrawnPage | undefined> {
  if (page.directory && unreadCompression(page.directory) !== undefined) return undefined;
  const first = await drawPicture(path, type, page, settings);
  if (!first || type === 'tiff' || hasInk(first)) return first;
  for await (const frame of framesBehind(path, type, settings)) if (hasInk(frame)) return frame;
  return first;
}

/** The frames of an animation behind its first one; damaged ones are left out. */
async function* framesBehind(path: string, type: DrawableType, settings: RenderSettings): AsyncGenerator<DrawnPage> {
  if (type === 'png') {
    for (const frame of laterFrames(await readFile(path), maxFramesTried)) {
      const drawn = await drawPicture(frame, type, { page: 0 }, settings);
      if (drawn) yield drawn;
    }
    return;
  }
  const frameCount = (await readHeader(path, {}))?.pages ?? 1;
  for (let page = 1; page < Math.min(frameCount, maxFramesTried); page++) {
    const drawn = await drawPicture(path, type, { page }, settings);
    if (drawn) yield drawn;
  }
}

async function drawPicture(
  input: string | Buffer,
  type: DrawableType,
  { page, subifd, directory }: TiffPage,
  settings: RenderSettings,
): Promise<DrawnPage | undefined> {
  const options: SharpOptions = { page, ...(subifd !== undefined && { tiff: { subifd } }) };
  const header = await readHeader(input, options);
  if (!header) return undefined;
  if (!isWithinPixelLimit(header, settings.maxImagePixels)) {
    throw new ClassifierError('page_render_failed', pixelLimitSentence('page', header, settings.maxImagePixels));
  }
  const aspect = aspectOf(input, type, header, directory);
  const isOnItsSide = (header.orientation ?? 1) >= 5;
  const upright = withSquarePixels(header.autoOrient, isOnItsSide ? 1 / aspect : aspect);
  const size = shrinkToPage(upright, settings.longSidePx);
  const frame = { input, header, directory, options: { ...options, limitInputPixels: settings.maxImagePixels } };
  const intact = await decode(frame, 'error', size);
  if (intact) return { ...intact, text: noText, warnings: [] };
  // libvips fills what a truncated file lacks.
  const damaged = await decode(frame, 'none', size);
  return damaged && { ...damaged, text: noText, warnings: [damagedImage] };
}

async function decode(
  frame: ImageFrame,
  failOn: 'error' | 'none',
  size: { readonly width: number; readonly height: number },
): Promise<Pixels | undefined> {
  try {
    return await decodeFrame(frame, failOn, size);
  } catch {
    return undefined;
  }
}

/** Reads no pixels, so that the size can be judged before any are decoded. */
async function readHeader(input: string | Buffer, options: SharpOptions): Promise<Metadata | undefined> {
  try {
    return await sharp(input, { ...options, limitInputPixels: false }).metadata();
  } catch {
    return undefined;
  }
}

function aspectOf(
  input: string | Buffer,
  type: DrawableType,
  { exif }: Metadata,
  directory: TiffDirectory | undefined,
): number {
  if (typeof input !== 'string') {
    return readPixelAspect({ type, readAt: (offset, length) => input.subarray(offset, offset + length) });
  }
  using file = openFileReader(input);
  return readPixelAspect({ type, readAt: file.readAt, exif, directory });
}

/** A file whose bytes are read where they are asked for. Synchronous: a render child does one thing at a time. */
function openFileReader(path: string): { readonly readAt: ReadAt } & Disposable {
  const descriptor = openSync(path, 'r');
  return {
    readAt(offset, length) {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, readSync(descriptor, bytes, 0, length, offset));
    },
    [Symbol.dispose]: () => closeSync(descriptor),
  };
}
