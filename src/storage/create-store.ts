import { createFolderStore, type FolderStoreOptions } from './folder-store.ts';
import { createMinioStore, type MinioStoreOptions } from './minio-store.ts';
import type { ObjectStore } from './object-store.ts';
import { withUnsplitNames } from './unsplit-names.ts';

export type ObjectStoreConfig =
  | ({ readonly kind: 'folder' } & FolderStoreOptions)
  | ({ readonly kind: 's3' } & MinioStoreOptions);

/** The store that the configuration names. It is not contacted before its first use. */
export function createObjectStore(config: ObjectStoreConfig): ObjectStore {
  return config.kind === 'folder' ? createFolderStore(config) : withUnsplitNames(createMinioStore(config));
}
