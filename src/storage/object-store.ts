import type { Readable } from 'node:stream';

export interface ObjectFacts {
  readonly key: string;
  readonly sizeBytes: number;
  readonly etag: string;
}

/** An object as a listing tells of it. */
export interface ListedObject extends ObjectFacts {
  readonly modifiedAt: Date;
}

export interface ListOptions {
  /** Only what the store lists behind this key, whether or not there is an object of that name any more. */
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
  /** What the answer says that the object is. */
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
   * A key that is ever written with a condition is to be written with one always: a put without one may come between
   * its look and its write.
   */
  put(key: string, body: Uint8Array | Readable, options?: PutOptions): Promise<ObjectFacts>;
  get(key: string): Promise<{ readonly bytes: Uint8Array; readonly etag: string } | undefined>;
  getStream(key: string): Promise<{ readonly stream: Readable; readonly facts: ObjectFacts } | undefined>;
  /** Of a store that keeps its objects as files of this machine: where the object is, to be read and never written. */
  localPath?(key: string): Promise<string | undefined>;
  head(key: string): Promise<ObjectFacts | undefined>;
  /**
   * Makes an object of its own with the same bytes, without their passing through this process. Resolves with false
   * where there are none.
   */
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
   * A URL that gives the object to whoever has it, until it expires. Only a store has this that callers themselves can
   * reach; nothing is asked of the store, so the object may be missing.
   */
  presign?(key: string, options: PresignOptions): Promise<string>;
  /** Resolves when the store can be read and written now; creates the bucket or folder when it is missing. */
  check(): Promise<void>;
  /** Where the store itself can delete by age, that is, on S3. */
  readonly lifecycle?: Lifecycle;
}

/** A rule by which the store deletes on its own, whoever runs or does not run. */
export interface LifecycleRule {
  readonly id: string;
  /** A folder; ends in `/`. */
  readonly prefix: string;
  /** Age at which objects are deleted. */
  readonly expirationDays?: number;
  /** Age at which what was sent of an upload that never ended is deleted. */
  readonly abortUploadDays?: number;
}

export interface Lifecycle {
  /**
   * Makes these the only rules whose id begins with `idPrefix`; the rules of others stay as they are. `refused`: the
   * server knows no such rules, or does not let us set them; all is then as it was.
   */
  replaceRules(idPrefix: string, rules: readonly LifecycleRule[]): Promise<'changed' | 'unchanged' | 'refused'>;
}

/** A condition of `put` did not hold: another writer was first. */
export class PreconditionFailed extends Error {
  override readonly name = 'PreconditionFailed';
}
