import { z } from 'zod';
import { readJson } from '../json-documents.ts';
import { jobKeys } from '../keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import type { StoredFile } from './files.ts';

export interface PageContents {
  readonly pageNumber: number;
  readonly text: string;
}

const pageSchema = z.object({ text: z.string() });

/** The text of a file's pages, as far as a run has read them: from their text layer. Empty where there is none. */
export async function readFileContents(
  store: ObjectStore,
  tenant: string,
  { readBy }: StoredFile,
): Promise<readonly PageContents[]> {
  if (readBy === undefined) return [];
  const pages: PageContents[] = [];
  for await (const { key } of store.list(jobKeys(tenant, readBy).pages)) {
    const pageNumber = Number(/\/(\d+)\.json$/.exec(key)?.[1]);
    if (Number.isNaN(pageNumber)) continue;
    const page = await readJson(store, key, (value) => pageSchema.parse(value));
    if (page && page.value.text.trim() !== '') pages.push({ pageNumber, text: page.value.text });
  }
  return pages;
}
