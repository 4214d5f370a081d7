import { z } from 'zod';
import { storedConfigSchema } from '../classifiers/classify-config.ts';
import { batchLimits } from '../../domain/batch.ts';
import { mapBounded } from '../../domain/map-bounded.ts';
import { readJson, writeJson } from '../json-documents.ts';
import { batchKeys } from '../keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { runSources } from '../jobs/job-request.ts';

/**
 * The request of a batch without its inputs: its `request.json`. It is written last, so a batch that has one is
 * complete.
 */
export type BatchRequest = z.infer<typeof batchRequestSchema>;

const batchRequestSchema = z.object({
  createdAt: z.string(),
  runCount: z.number(),
  /** The caller's advice, which may quote anything; also what `classifyPage` reads. */
  instructions: z.string().optional(),
  /** The common part of the runs' requests. */
  run: z.object({
    config: storedConfigSchema,
    classifier: z.object({ id: z.string(), versionId: z.string() }).optional(),
    source: z.enum(runSources),
  }),
});

/** One document of a batch, and the data to return with its run. */
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
 * Writes the inputs of a batch in chunks, each for one activity. They contain no password: those are sealed with the
 * files.
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

/** The inputs of the chunk with this index, and the index of its first input. */
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
