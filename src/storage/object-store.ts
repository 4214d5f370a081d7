import type { Readable } from 'node:stream';

export interface ObjectFacts {
  readonly key: string;
  readonly sizeBytes: number;
  readonly etag: string;
}

/** An object in a listing. */
export interface ListedObject extends ObjectFacts {
  readonly modifiedAt: Date;
}

export interface ListOptions {
  /** List only what comes after this key, whether or not it still exists. */
  readonly after?: string;
}

export interface PutOptions {
  readonly contentType?: string;
  /** Only if no object has this key yet (RFC 9110 13.1.2). */
  readonly ifNoneMatch?: '*';
  /** Only if the object still has this etag (RFC 9110 13.1.1). */
  readonly ifMatch?: string;
  readonly signal?: AbortSignal;
}

export interface PresignOptions {
  readonly expiresInSeconds: number;
  /** The content type of the answer. */
  readonly contentType: string;
  readonly contentDisposition: string;
}

/**
 * Objects by key: MinIO or any S3, or a local folder. Keys are `/`-separated names without `.` or `..` segments.
 * A reader never sees half an object: `put` becomes visible when it is whole.
 *
 * Throws ClassifierError `storage_unavailable` when the store is down, PreconditionFailed when a condition
 * of `put` does not hold. A missing object is `undefined`, never an error.
 */
export interface ObjectStore {
  /**
   * Write a key always with a condition, or never: an unconditional put may come between another's check and its write.
   */
  put(key: string, body: Uint8Array | Readable, options?: PutOptions): Promise<ObjectFacts>;
  get(key: string): Promise<{ readonly bytes: Uint8Array; readonly etag: string } | undefined>;
  getStream(key: string): Promise<{ readonly stream: Readable; readonly facts: ObjectFacts } | undefined>;
  /** For a store with local files: the object's path, to read and never to write. */
  localPath?(key: string): Promise<string | undefined>;
  head(key: string): Promise<ObjectFacts | undefined>;
  /** Copies an object without passing its bytes through this process. Resolves with false if it is missing. */
  copy(fromKey: string, toKey: string): Promise<boolean>;
  /** Deleting what is not there is no error. */
  delete(key: string): Promise<void>;
  /** Deletes everything below `prefix`, which must end in `/`. */
  deletePrefix(prefix: string): Promise<void>;
  /** Keys below `prefix` in lexicographic (UTF-8) order. */
  list(prefix: string, options?: ListOptions): AsyncIterable<ListedObject>;
  /** The names of the folders directly below `prefix`, which must end in `/`. */
  folders(prefix: string): AsyncIterable<string>;
  /**
   * A URL that serves the object to anyone until it expires. Only stores that callers can reach have it. It makes no
   * request, so the object may be missing.
   */
  presign?(key: string, options: PresignOptions): Promise<string>;
  /** Resolves when the store can be read and written now; creates the bucket or folder when it is missing. */
  check(): Promise<void>;
  /** Present if the store itself can delete by age, as S3 can. */
  readonly lifecycle?: Lifecycle;
}

/** A rule by which the store deletes on its own. */
export interface LifecycleRule {
  readonly id: string;
  /** A folder; ends in `/`. */
  readonly prefix: string;
  /** Age at which objects are deleted. */
  readonly expirationDays?: number;
  /** Age at which parts of unfinished uploads are deleted. */
  readonly abortUploadDays?: number;
}

export interface Lifecycle {
  /**
   * Replaces the rules whose id begins with `idPrefix`; other rules stay. `refused`: the server knows no such rules, or
   * does not let us set them; then nothing has changed.
   */
  replaceRules(idPrefix: string, rules: readonly LifecycleRule[]): Promise<'changed' | 'unchanged' | 'refused'>;
}

/** A condition of `put` did not hold: another writer was first. */
export class PreconditionFailed extends Error {
  override readonly name = 'PreconditionFailed';
}
