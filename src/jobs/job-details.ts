import { z } from 'zod';
import type { ClassifyDocumentResult } from '../domain/contract.ts';
import { readJson } from '../storage/json-documents.ts';
import { jobKeys } from '../storage/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { readJobRequest } from './job-request.ts';

const reasoningSchema = z.object({ reasoning: z.string() });

/** Why each page was judged as it was, by page number: it quotes the pages, so it stands in the store and in no history. */
export async function readReasoning(
  store: ObjectStore,
  tenant: string,
  { jobId, pages }: ClassifyDocumentResult,
): Promise<ReadonlyMap<number, string>> {
  const keys = jobKeys(tenant, jobId);
  const found = await Promise.all(
    pages.map(async ({ pageNumber }) => {
      const stored = await readJson(store, keys.reasoning(pageNumber), (value) => reasoningSchema.parse(value));
      return [pageNumber, stored?.value.reasoning] as const;
    }),
  );
  return new Map(
    found.flatMap(([pageNumber, reasoning]) => (reasoning === undefined ? [] : [[pageNumber, reasoning]])),
  );
}

/** What the caller gave with the request, as it came. */
export async function readMetadata(
  store: ObjectStore,
  tenant: string,
  jobId: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  return (await readJobRequest(store, tenant, jobId))?.metadata;
}
