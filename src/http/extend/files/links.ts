import { pipeline } from 'node:stream/promises';
import { Router, type Request, type Response } from 'express';
import { readFile, type StoredFile } from '../../../records/files/files.ts';
import { contentTypes } from '../../../domain/document.ts';
import { ClassifierError } from '../../../domain/errors.ts';
import { fileKeys } from '../../../records/keys.ts';
import type { ObjectStore } from '../../../storage/object-store.ts';
import { answerOptions } from '../../shared/other-methods.ts';
import { requireSignature, type UrlSigner } from '../../shared/signed-url.ts';

export interface FileLinkDependencies {
  readonly store: ObjectStore;
  readonly signer: UrlSigner;
}

/** As long as Extend's. */
const validSeconds = 15 * 60;
/** Serves nothing but what has a signature. */
const signedPath = '/signed/files';

export interface FileLinkRequest {
  readonly tenant: string;
  readonly file: StoredFile;
  readonly baseUrl: string;
}

/** A link to the file that needs no key: at the S3 server if callers reach it, else here. */
export async function linkToFile(
  { store, signer }: FileLinkDependencies,
  { tenant, file, baseUrl }: FileLinkRequest,
): Promise<string> {
  const key = fileKeys(tenant, file.id).source;
  if (store.presign) return store.presign(key, { expiresInSeconds: validSeconds, ...headersOf(file) });
  return signer.sign(`${signedPath}/${tenant}/${encodeURIComponent(file.id)}`, validSeconds * 1000, baseUrl);
}

/** Serves the links of `linkToFile`, without a key. */
export function signedFileRoutes({ store, signer }: FileLinkDependencies): Router {
  const router = Router();

  async function sendFile(
    request: Request<{ readonly tenant: string; readonly fileId: string }>,
    response: Response,
  ): Promise<void> {
    const { tenant, fileId } = request.params;
    const file = await readFile(store, tenant, fileId);
    const found = await store.getStream(fileKeys(tenant, fileId).source);
    if (!found) throw new ClassifierError('not_found', 'The content of this file is not there yet.');
    const { contentType, contentDisposition } = headersOf(file);
    response.set({
      'Content-Type': contentType,
      'Content-Disposition': contentDisposition,
      'Content-Length': String(found.facts.sizeBytes),
      'Cache-Control': 'private, no-store',
      // It is somebody's document: a browser shall guess nothing and run nothing.
      'X-Content-Type-Options': 'nosniff',
      'Content-Security-Policy': 'sandbox',
    });
    await pipeline(found.stream, response);
  }

  router.get(`${signedPath}/:tenant/:fileId`, requireSignature(signer), sendFile);
  return answerOptions(router);
}

function headersOf({ name, document }: StoredFile): {
  readonly contentType: string;
  readonly contentDisposition: string;
} {
  return {
    contentType: document ? contentTypes[document.type] : 'application/octet-stream',
    contentDisposition: `inline; filename*=UTF-8''${encodeExtended(name)}`,
  };
}

/** RFC 8187 3.2.1: what `encodeURIComponent` leaves and a header may not have. */
function encodeExtended(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
