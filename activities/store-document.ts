import { Readable } from 'node:stream';
import type { DocumentSource, StoredDocument } from '../src/domain/contract.ts';
import { ClassifierError } from '../src/domain/errors.ts';
import type { GuardedFetch } from '../src/net/fetch-guard.ts';
import { ingestDocument } from '../src/storage/ingest-document.ts';
import { jobKeys } from '../src/storage/keys.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { runStep } from './run-step.ts';

export interface StoreDocumentInput {
  readonly tenant: string;
  readonly jobId: string;
  readonly source: DocumentSource;
}

export interface StoreDocumentDependencies {
  readonly store: ObjectStore;
  readonly fetchGuard: GuardedFetch;
  readonly maxFileBytes: number;
}

/** Makes sure that the bytes are in the store, whatever the source, and says what they are. */
export function createStoreDocument(dependencies: StoreDocumentDependencies) {
  return async function storeDocument(input: StoreDocumentInput): Promise<StoredDocument> {
    return runStep(async (signal) => {
      const { store, maxFileBytes } = dependencies;
      const { tenant, jobId, source } = input;
      const key = source.kind === 'stored' ? source.key : jobKeys(tenant, jobId).source;
      const body = await openSource(source, dependencies, signal);
      const ingest = { key, maxBytes: maxFileBytes, field: fieldOf(source), signal };
      return ingestDocument(body, { ...ingest, ...(source.kind !== 'stored' && { store }) });
    });
  };
}

async function openSource(
  source: DocumentSource,
  { store, fetchGuard, maxFileBytes }: StoreDocumentDependencies,
  signal: AbortSignal,
): Promise<Readable> {
  switch (source.kind) {
    case 'stored': {
      const stored = await store.getStream(source.key);
      if (!stored) throw new ClassifierError('document_missing', 'The document is not in the store.');
      return stored.stream;
    }
    case 'url': {
      const url = source.url ?? (await readUrl(source.urlKey, store));
      return (await fetchGuard.download(url, { maxBytes: maxFileBytes, signal })).stream;
    }
    case 'inline':
      return Readable.from([Buffer.from(source.base64, 'base64')]);
  }
}

async function readUrl(urlKey: string | undefined, store: ObjectStore): Promise<string> {
  const object = urlKey === undefined ? undefined : await store.get(urlKey);
  const value: unknown = object && JSON.parse(Buffer.from(object.bytes).toString('utf8'));
  if (typeof value === 'object' && value !== null && 'url' in value && typeof value.url === 'string') return value.url;
  throw new ClassifierError('document_missing', 'The address of the document is no longer in the store.');
}

function fieldOf({ kind }: DocumentSource): string {
  return kind === 'url' ? 'file_url' : 'The document';
}
