import type { Readable } from 'node:stream';
import { ClassifierError } from '../domain/errors.ts';
import { jobKeys } from '../records/keys.ts';
import type { ObjectFacts, ObjectStore } from '../storage/object-store.ts';

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
