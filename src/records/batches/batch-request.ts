import { z } from 'zod';
import { storedConfigSchema } from '../classifiers/classify-config.ts';
import { batchLimits } from '../../domain/batch.ts';
import { mapBounded } from '../../domain/map-bounded.ts';
import { readJson, writeJson } from '../json-documents.ts';
import { batchKeys } from '../keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { runSources } from '../jobs/job-request.ts';

/** What a batch was asked for, inputs apart: its `request.json`. It is written last: a batch that has one is whole. */
export type BatchRequest = z.infer<typeof batchRequestSchema>;

const batchRequestSchema = z.object({
  createdAt: z.string(),
  runCount: z.number(),
  /** The caller's advice, which may quote anything; also what `classifyPage` reads. */
  instructions: z.string().optional(),
  /** What each run is asked for, as its own request will have it. */
  run: z.object({
    config: storedConfigSchema,
    classifier: z.object({ id: z.string(), versionId: z.string() }).optional(),
    source: z.enum(runSources),
  }),
});

/** One document of a batch, and what its run is to give back. */
export type BatchInput = z.infer<typeof batchInputSchema>;

const named = { name: z.string().optional() };
const batchInputSchema = z.object({
  file: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('id'), id: z.string() }),
    z.object({ kind: z.literal('url'), url: z.string(), name: z.string() }),
    z.object({ kind: z.literal('text'), text: z.string(), ...named }),
    z.object({ kind: z.literal('base64'), base64: z.string(), ...named }),
  ]),
  metadata: z.record(z.string(), z.unknown()).optional(),
});

const writesAtOnce = 8;

export async function writeBatchRequest(
  store: ObjectStore,
  tenant: string,
  batchId: string,
  request: BatchRequest,
): Promise<void> {
  await writeJson(store, batchKeys(tenant, batchId).request, request);
}

/** Undefined when the tenant has no such batch. */
export async function findBatchRequest(
  store: ObjectStore,
  tenant: string,
  batchId: string,
): Promise<BatchRequest | undefined> {
  const key = batchKeys(tenant, batchId).request;
  return (await readJson(store, key, (value) => batchRequestSchema.parse(value)))?.value;
}

/**
 * The inputs of a batch lie in chunks, each of which one activity prepares. They hold no password: those are kept
 * sealed, with the files.
 */
export async function writeInputs(
  store: ObjectStore,
  tenant: string,
  batchId: string,
  inputs: readonly BatchInput[],
): Promise<void> {
  const { inputsPerChunk } = batchLimits;
  const chunks = Array.from({ length: Math.ceil(inputs.length / inputsPerChunk) }, (_, chunk) => chunk);
  await mapBounded(chunks, writesAtOnce, async (chunk) => {
    const start = chunk * inputsPerChunk;
    const inChunk = inputs.slice(start, start + inputsPerChunk);
    await writeJson(store, batchKeys(tenant, batchId).chunk(chunk), inChunk);
  });
}

/** The inputs of the chunk that this one is in, and the index of the first of them. */
export async function readChunk(
  store: ObjectStore,
  tenant: string,
  batchId: string,
  index: number,
): Promise<{ readonly first: number; readonly inputs: readonly BatchInput[] } | undefined> {
  const chunk = Math.floor(index / batchLimits.inputsPerChunk);
  const key = batchKeys(tenant, batchId).chunk(chunk);
  const found = await readJson(store, key, (value) => z.array(batchInputSchema).parse(value));
  return found && { first: chunk * batchLimits.inputsPerChunk, inputs: found.value };
}
