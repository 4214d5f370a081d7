import { Readable } from 'node:stream';
import { fileKindOf } from '../src/records/files/file-kind.ts';
import { findKeptFile, recordFileFacts } from '../src/records/files/files.ts';
import type { DocumentSource, StoredDocument } from '../src/domain/contract.ts';
import { ClassifierError } from '../src/domain/errors.ts';
import type { RunIdentity } from '../src/domain/job.ts';
import type { GuardedFetch } from '../src/net/fetch-guard.ts';
import { ingestDocument } from '../src/storage/ingest-document.ts';
import { keepJobId } from '../src/records/jobs/job-id.ts';
import { fileKeys, jobKeys } from '../src/records/keys.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { readJson } from '../src/records/json-documents.ts';
import { assertOwnJob } from '../src/records/jobs/job-outcome.ts';
import { parseJobRequest } from '../src/records/jobs/job-request.ts';
import type { Circuit } from '../src/waiting/circuit.ts';
import { withOwnObjects } from './own-objects.ts';
import { runStep, waitingOf } from './run-step.ts';
import { withoutShares, type CallHost } from './tenant-shares.ts';

/** The field of a URL in Extend's contract. */
export const fileUrlField = 'file.url';
/** The field of a URL in the workflow's own input. */
export const childUrlField = 'source.url';

export interface StoreDocumentInput {
  readonly tenant: string;
  readonly jobId: string;
  readonly source: DocumentSource;
  /** The uploaded file, if the document is one; the activity records what it stored. */
  readonly fileId?: string;
  /** Present if the API did not start the run: its id may be that of a finished job. */
  readonly run?: RunIdentity;
  /** True if the run can wait for the operator; such a failure then ends the activity at once. */
  readonly canWait?: boolean;
}

export interface StoreDocumentDependencies {
  readonly store: ObjectStore;
  readonly fetchGuard: GuardedFetch;
  /** Guards the URL of a file or of another workflow's input, whose fields have other names. */
  readonly fileFetchGuard: GuardedFetch;
  readonly childFetchGuard: GuardedFetch;
  readonly maxFileBytes: number;
  readonly circuits: readonly Circuit[];
}

/**
 * Brings the bytes into the store, whatever the source, and describes them. `shares` limits what one tenant fetches at
 * a time, in all and from one host.
 */
export function createStoreDocument(dependencies: StoreDocumentDependencies, shares = withoutShares) {
  return async function storeDocument(input: StoreDocumentInput): Promise<StoredDocument> {
    return runStep(
      (signal) =>
        shares.run(input.tenant, (call) =>
          withOwnObjects(dependencies.store, input, (store) => fetchOrRead(store, input, signal, call)),
        ),
      waitingOf(input, dependencies),
    );
  };

  async function fetchOrRead(
    store: ObjectStore,
    input: StoreDocumentInput,
    signal: AbortSignal,
    call: CallHost,
  ): Promise<StoredDocument> {
    const { maxFileBytes } = dependencies;
    const { tenant, source, fileId, run } = input;
    if (run) await assertOwnJob(store, tenant, input.jobId, run);
    const known = fileId === undefined ? undefined : await findKeptFile(store, tenant, fileId);
    // An earlier attempt, or another run of the same file, has fetched it already.
    if (source.kind === 'url' && known?.document) return known.document;
    if (source.kind === 'inline') await keepJobId(store, tenant, input.jobId);
    if (source.kind !== 'url') return ingest(await openSource(source, store));
    const url = source.url ?? (await readUrl(source.urlKey, store));
    return call(url, async () => {
      await keepJobId(store, tenant, input.jobId);
      const { stream } = await guardOf(input, dependencies).download(url, { maxBytes: maxFileBytes, signal });
      return ingest(stream);
    });

    async function ingest(body: Readable): Promise<StoredDocument> {
      const { document, head } = await ingestDocument(body, {
        key: keyOf(input),
        maxBytes: maxFileBytes,
        mayBeText: fileId !== undefined,
        field: fieldOf(input),
        signal,
        ...(source.kind !== 'stored' && { store }),
      });
      if (fileId !== undefined) {
        const isThere = await recordFileFacts(store, tenant, fileId, ({ name }) => ({
          document,
          url: undefined,
          kind: fileKindOf(document.type, name, Buffer.from(head).toString('latin1')),
        }));
        if (known && !isThere) await discard(store, keyOf(input));
      }
      return document;
    }
  }
}

/** The file was deleted while we fetched it: nobody would find its bytes again. */
async function discard(store: ObjectStore, key: string): Promise<never> {
  await store.delete(key);
  throw new ClassifierError('document_missing', 'The file was deleted while it was fetched.');
}

function keyOf({ tenant, jobId, source, fileId }: StoreDocumentInput): string {
  if (source.kind === 'stored') return source.key;
  return fileId === undefined ? jobKeys(tenant, jobId).source : fileKeys(tenant, fileId).source;
}

async function openSource(source: Exclude<DocumentSource, { kind: 'url' }>, store: ObjectStore): Promise<Readable> {
  if (source.kind === 'inline') return Readable.from([Buffer.from(source.base64, 'base64')]);
  const stored = await store.getStream(source.key);
  if (!stored) throw new ClassifierError('document_missing', 'The document is not in the store.');
  return stored.stream;
}

async function readUrl(urlKey: string | undefined, store: ObjectStore): Promise<string> {
  const url = urlKey === undefined ? undefined : (await readJson(store, urlKey, parseJobRequest))?.value.url;
  if (url !== undefined) return url;
  throw new ClassifierError('document_missing', 'The address of the document is no longer in the store.');
}

function guardOf(
  input: StoreDocumentInput,
  { fetchGuard, fileFetchGuard, childFetchGuard }: StoreDocumentDependencies,
): GuardedFetch {
  switch (fieldOf(input)) {
    case childUrlField:
      return childFetchGuard;
    case fileUrlField:
      return fileFetchGuard;
    default:
      return fetchGuard;
  }
}

/**
 * The field of the URL in error sentences: another workflow names it in its input, a request leaves it in the store.
 */
function fieldOf({ source, fileId }: StoreDocumentInput): string {
  if (source.kind !== 'url') return 'The document';
  if (source.url !== undefined) return childUrlField;
  return fileId === undefined ? 'file_url' : fileUrlField;
}
