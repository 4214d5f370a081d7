import { z } from 'zod';
import { readJson } from '../storage/json-documents.ts';
import { fileKeys, jobKeys } from '../storage/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { findFile } from './files.ts';

const requestSchema = z.looseObject({ run: z.looseObject({ file: z.object({ id: z.string() }) }).optional() });

/**
 * Deletes all that the store holds of a job, and with it the file that came with a run; a file that was uploaded by itself stays. The job's own
 * objects go last: as long as they are there, an interrupted deletion is found and done again.
 */
export async function deleteJobObjects(store: ObjectStore, tenant: string, jobId: string): Promise<void> {
  const keys = jobKeys(tenant, jobId);
  const request = await readJson(store, keys.request, (value) => requestSchema.parse(value));
  const fileId = request?.value.run?.file.id;
  const file = fileId === undefined ? undefined : await findFile(store, tenant, fileId);
  if (file?.jobId === jobId) await store.deletePrefix(fileKeys(tenant, file.id).prefix);
  await store.deletePrefix(keys.prefix);
}
