import { z } from 'zod';
import { readJson } from '../storage/json-documents.ts';
import { fileKeys, jobKeys } from '../storage/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { releaseFile } from './file-holders.ts';
import { findKeptFile } from './files.ts';
import { isId } from './ids.ts';

const requestSchema = z.looseObject({ run: z.looseObject({ file: z.object({ id: z.string() }) }).optional() });

/**
 * Deletes all that the store holds of a job, and with it the file that came with a run, unless others have named it since; a file that was uploaded
 * by itself stays. The job's own objects go last: as long as they are there, an interrupted deletion is found and done again.
 */
export async function deleteJobObjects(store: ObjectStore, tenant: string, jobId: string): Promise<void> {
  const keys = jobKeys(tenant, jobId);
  const request = await readJson(store, keys.request, (value) => requestSchema.parse(value));
  const fileId = request?.value.run?.file.id;
  if (fileId !== undefined) await deleteFileOf(store, tenant, jobId, fileId);
  await store.deletePrefix(keys.prefix);
}

async function deleteFileOf(store: ObjectStore, tenant: string, jobId: string, fileId: string): Promise<void> {
  if (!isId('file', fileId)) return;
  await releaseFile(store, tenant, fileId, { kind: 'job', jobId });
  // Its bytes, of a process that was killed before it could say what they are.
  if (!(await findKeptFile(store, tenant, fileId))) await store.deletePrefix(fileKeys(tenant, fileId).prefix);
}
