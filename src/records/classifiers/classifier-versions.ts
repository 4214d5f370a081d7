import { z } from 'zod';
import { ClassifierError } from '../../domain/errors.ts';
import { readJson, writeJson } from '../json-documents.ts';
import { classifierKeys } from '../keys.ts';
import { PreconditionFailed, type ObjectStore } from '../../storage/object-store.ts';
import { readClassifier, type Classifier } from './classifiers.ts';
import { storedConfigSchema, type ClassifyConfig } from './classify-config.ts';
import { createdByKeyOf, createdBySchema } from '../created-by.ts';
import { namesBelow, takePage, type Page, type PageQuery } from '../list-page.ts';
import {
  draftName,
  formatNumber,
  nextNumber,
  parseNumber,
  parseSortableNumber,
  sortableNumber,
  versionId,
  versionInId,
  type ReleaseType,
  type VersionNumber,
} from './version-number.ts';

/** The draft as it is now, or a published version, which never changes. */
export type ClassifierVersion = z.infer<typeof versionSchema>;

const versionSchema = z.object({
  id: z.string(),
  classifierId: z.string(),
  /** `draft`, `0.1`, `1.0` ... */
  version: z.string(),
  description: z.string().nullable(),
  config: storedConfigSchema,
  createdAt: z.string(),
  createdBy: createdBySchema.nullable(),
});

export interface ClassifierReference {
  readonly id: string;
  /** `latest`, which is also meant by none, `draft`, a number, or the id of a version. */
  readonly version?: string | undefined;
}

export interface ResolvedClassifier {
  readonly classifier: Classifier;
  readonly version: ClassifierVersion;
}

/**
 * Finds a classifier and a version of it: the one that the reference names, else the latest published one, else the
 * draft. Throws `not_found` for either.
 */
export async function resolveClassifier(
  store: ObjectStore,
  tenant: string,
  { id, version = 'latest' }: ClassifierReference,
): Promise<ResolvedClassifier> {
  const classifier = await readClassifier(store, tenant, id);
  const name = versionInId(classifier.id, version) ?? version;
  if (name === draftName) return { classifier, version: draftOf(classifier) };
  const number = name === 'latest' ? await latestNumber(store, tenant, classifier.id) : parseNumber(name);
  if (name === 'latest' && !number) return { classifier, version: draftOf(classifier) };
  const found = number && (await readVersion(store, tenant, classifier.id, number));
  if (found) return { classifier, version: found };
  throw new ClassifierError(
    'not_found',
    `Classifier ${id} has no version ${JSON.stringify(version.slice(0, 80))}; it must be "draft", "latest", a published number such as "1.0", or the id of a version.`,
  );
}

/** The draft as a version. */
export function draftOf({ id, createdAt, createdBy, config }: Classifier): ClassifierVersion {
  return {
    id: versionId(id, draftName),
    classifierId: id,
    version: draftName,
    description: null,
    config,
    createdAt,
    createdBy,
  };
}

export interface PublishRequest {
  readonly releaseType: ReleaseType;
  readonly description?: string | undefined;
  /** Publish this instead of the draft's configuration, which stays. */
  readonly config?: ClassifyConfig | undefined;
}

/**
 * Publishes the draft, or the given configuration, under the next number. Each simultaneous caller gets a number of its
 * own: a version is only written where none exists. Throws `not_found`.
 */
export async function publishVersion(
  store: ObjectStore,
  tenant: string,
  classifierId: string,
  { releaseType, description, config }: PublishRequest,
): Promise<ClassifierVersion> {
  const classifier = await readClassifier(store, tenant, classifierId);
  let number = (await latestNumber(store, tenant, classifierId)) ?? { major: 0, minor: 0 };
  for (;;) {
    number = nextNumber(number, releaseType);
    const version: ClassifierVersion = {
      id: versionId(classifierId, formatNumber(number)),
      classifierId,
      version: formatNumber(number),
      description: description ?? null,
      config: config ?? classifier.config,
      createdAt: new Date().toISOString(),
      createdBy: createdByKeyOf(tenant),
    };
    if (await writeIfNew(store, versionKey(tenant, classifierId, number), version)) return version;
  }
}

/** A page of the versions: the draft first, in either order, then the published ones by number. Throws `not_found`. */
export async function listVersions(
  store: ObjectStore,
  tenant: string,
  classifierId: string,
  query: PageQuery,
): Promise<Page<ClassifierVersion>> {
  const classifier = await readClassifier(store, tenant, classifierId);
  const numbers = await publishedNumbers(store, tenant, classifierId);
  const first = query.sortDir === 'asc' ? '' : '~';
  const entries = [
    { position: first, read: () => Promise.resolve(draftOf(classifier)) },
    ...numbers.map((number) => ({
      position: sortableNumber(number),
      read: () => readVersion(store, tenant, classifierId, number),
    })),
  ];
  return takePage<ClassifierVersion>(entries, `versions\0${tenant}\0${classifierId}`, query);
}

/** The numbers of all published versions, the lowest first. */
async function publishedNumbers(store: ObjectStore, tenant: string, classifierId: string): Promise<VersionNumber[]> {
  const names = await namesBelow(store, classifierKeys(tenant, classifierId).versions, '.json');
  return names.flatMap((name) => parseSortableNumber(name) ?? []);
}

/** Undefined when there is none of this number. */
async function readVersion(
  store: ObjectStore,
  tenant: string,
  classifierId: string,
  number: VersionNumber,
): Promise<ClassifierVersion | undefined> {
  const key = versionKey(tenant, classifierId, number);
  return (await readJson(store, key, (value) => versionSchema.parse(value)))?.value;
}

async function latestNumber(
  store: ObjectStore,
  tenant: string,
  classifierId: string,
): Promise<VersionNumber | undefined> {
  return (await publishedNumbers(store, tenant, classifierId)).at(-1);
}

function versionKey(tenant: string, classifierId: string, number: VersionNumber): string {
  return classifierKeys(tenant, classifierId).version(sortableNumber(number));
}

/** False when the key is taken. */
async function writeIfNew(store: ObjectStore, key: string, version: ClassifierVersion): Promise<boolean> {
  try {
    await writeJson(store, key, version, { ifNoneMatch: '*' });
    return true;
  } catch (error) {
    if (error instanceof PreconditionFailed) return false;
    throw error;
  }
}
