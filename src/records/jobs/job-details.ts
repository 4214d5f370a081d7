import { z } from 'zod';
import type { ClassifyDocumentResult } from '../../domain/contract.ts';
import { readJson } from '../json-documents.ts';
import { jobKeys } from '../keys.ts';
import type { ObjectStore, ObjectFacts } from '../../storage/object-store.ts';
import { readJobRequest } from './job-request.ts';
import type { Readable } from 'node:stream';
import { ClassifierError } from '../../domain/errors.ts';

const reasoningSchema = z.object({ reasoning: z.string() });

/** Reads the reasoning for each page, by page number. It quotes the pages, so the store has it and no history. */
export async function readReasoning(
  store: ObjectStore,
  tenant: string,
  { jobId, pages }: ClassifyDocumentResult,
): Promise<ReadonlyMap<number, string>> {
  const found = await Promise.all(
    pages.map(async ({ pageNumber }) => [pageNumber, await readPageReason(store, tenant, jobId, pageNumber)] as const),
  );
  return new Map(
    found.flatMap(([pageNumber, reasoning]) => (reasoning === undefined ? [] : [[pageNumber, reasoning]])),
  );
}

/** Reads the reason of the page that decided the document's classification most strongly. */
export async function readDecidingReason(
  store: ObjectStore,
  tenant: string,
  { jobId, classification, pages }: ClassifyDocumentResult,
): Promise<string | undefined> {
  const deciding = pages
    .filter((page) => page.success && page.classification === classification)
    .toSorted((a, b) => b.confidence - a.confidence || a.pageNumber - b.pageNumber)[0];
  return deciding && readPageReason(store, tenant, jobId, deciding.pageNumber);
}

async function readPageReason(
  store: ObjectStore,
  tenant: string,
  jobId: string,
  pageNumber: number,
): Promise<string | undefined> {
  const key = jobKeys(tenant, jobId).reasoning(pageNumber);
  return (await readJson(store, key, (value) => reasoningSchema.parse(value)))?.value.reasoning;
}

/** Reads the caller's metadata, unchanged. */
export async function readMetadata(
  store: ObjectStore,
  tenant: string,
  jobId: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  return (await readJobRequest(store, tenant, jobId))?.metadata;
}

export interface PageImage {
  /** JPEG. */
  readonly stream: Readable;
  readonly facts: ObjectFacts;
}

/** The image of a page as the classifier saw it. Throws `not_found` when the page was not rendered, or not yet. */
export async function openPageImage(
  store: ObjectStore,
  tenant: string,
  jobId: string,
  pageNumber: number,
): Promise<PageImage> {
  const image = await store.getStream(jobKeys(tenant, jobId).page(pageNumber, 'jpg'));
  if (!image) throw new ClassifierError('not_found', `Page ${pageNumber} of this job has no image`);
  return image;
}
