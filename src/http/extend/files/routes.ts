import { Router, type Request, type Response } from 'express';
import { readFileContents } from '../../../records/files/file-contents.ts';
import { fileKindOf } from '../../../records/files/file-kind.ts';
import { deleteFile } from '../../../records/files/file-holders.ts';
import { createFile, listFiles, readFile, type StoredFile } from '../../../records/files/files.ts';
import { newId } from '../../../records/ids.ts';
import type { FilePasswords } from '../../../records/files/file-passwords.ts';
import { fileKeys } from '../../../records/keys.ts';
import type { ObjectStore } from '../../../storage/object-store.ts';
import { baseUrlOf, type PublicUrl } from '../../shared/base-url.ts';
import { answerOptions } from '../../shared/other-methods.ts';
import { tenantOf } from '../../shared/request-context.ts';
import type { UrlSigner } from '../../shared/signed-url.ts';
import type { Upload } from '../../shared/upload-session.ts';
import { isMangled, notUtf8 } from '../../shared/utf8.ts';
import { uploadMiddleware, uploadOf } from '../../shared/upload.ts';
import { linkToFile } from './links.ts';
import { toFileBody, toFileSummary, type FileContentsBody } from './schemas.ts';
import { parsePageRequest, queryChoice, queryText, toListBody } from '../list.ts';
import { fieldError } from '../../../domain/field-error.ts';

export interface FileDependencies extends PublicUrl {
  readonly store: ObjectStore;
  readonly passwords: FilePasswords;
  readonly signer: UrlSigner;
  readonly maxFileBytes: number;
}

interface FileParameters {
  readonly fileId: string;
}

const fileIds = new WeakMap<Request, string>();

/** Extend's `/files`. */
export function fileRoutes(dependencies: FileDependencies): Router {
  const { store, passwords, maxFileBytes } = dependencies;
  const router = Router();

  const readForm = uploadMiddleware({
    store,
    keyFor: (request) => {
      const id = newId('file');
      fileIds.set(request, id);
      return fileKeys(tenantOf(request), id).source;
    },
    limits: { maxFileBytes },
    mayBeText: true,
    fileFields: ['file'],
  });

  async function upload(request: Request, response: Response): Promise<void> {
    const tenant = tenantOf(request);
    const uploaded = uploadOf(request);
    try {
      // Images and texts are classified as they are; a PDF is one already.
      queryChoice(request.query, 'convertToPdf', ['true', 'false']);
      const password = passwordOf(uploaded);
      const file = toFile(uploaded, fileIds.get(request));
      if (password !== undefined) await passwords.keep(tenant, file.id, password);
      await createFile(store, tenant, file);
      response.json(toFileBody(file));
    } catch (error) {
      await uploaded.discard();
      const id = fileIds.get(request);
      if (id !== undefined) await store.deletePrefix(fileKeys(tenant, id).prefix);
      throw error;
    }
  }

  async function list(request: Request, response: Response): Promise<void> {
    const { items, nextPageToken } = await listFiles(store, tenantOf(request), {
      ...parsePageRequest(request.query),
      nameContains: queryText(request.query, 'nameContains'),
    });
    response.json(toListBody(items.map(toFileSummary), nextPageToken));
  }

  async function read(request: Request<FileParameters>, response: Response): Promise<void> {
    const tenant = tenantOf(request);
    const wanted = {
      rawText: queryChoice(request.query, 'rawText', ['true', 'false']) === 'true',
      markdown: queryChoice(request.query, 'markdown', ['true', 'false']) === 'true',
    };
    const file = await readFile(store, tenant, request.params.fileId);
    const url = await linkToFile(dependencies, { tenant, file, baseUrl: baseUrlOf(request, dependencies) });
    response.set('Cache-Control', 'no-store').json(toFileBody(file, url, await contentsOf(tenant, file, wanted)));
  }

  async function contentsOf(
    tenant: string,
    file: StoredFile,
    { rawText, markdown }: { readonly rawText: boolean; readonly markdown: boolean },
  ): Promise<FileContentsBody | null> {
    if (!rawText && !markdown) return null;
    const pages = await readFileContents(store, tenant, file);
    if (pages.length === 0) return null;
    return {
      ...(rawText && { rawText: pages.map(({ text }) => text).join('\n') }),
      pages: pages.map(({ pageNumber, text }) => ({ pageNumber, ...(markdown && { markdown: text }) })),
    };
  }

  async function remove(request: Request<FileParameters>, response: Response): Promise<void> {
    const { fileId } = request.params;
    await deleteFile(store, tenantOf(request), fileId);
    response.json({ id: fileId });
  }

  router.post('/files/upload', readForm, upload);
  router.get('/files', list);
  router.get('/files/:fileId', read);
  router.delete('/files/:fileId', remove);
  return answerOptions(router);
}

function toFile({ document: uploaded, documentHead }: Upload, id: string | undefined): StoredFile {
  if (!uploaded || id === undefined) throw fieldError('file', 'must be sent, as a file of the form');
  const { fileName: name, ...document } = uploaded;
  const createdAt = new Date().toISOString();
  const kind = fileKindOf(document.type, name, Buffer.from(documentHead).toString('latin1'));
  return { id, name, kind, document, createdAt, updatedAt: createdAt };
}

function passwordOf({ fields }: Upload): string | undefined {
  const { password } = fields;
  if (password === undefined || password === '') return undefined;
  if (typeof password !== 'string') throw fieldError('password', 'must be given once');
  if (isMangled(password)) throw fieldError('password', notUtf8);
  return password;
}
