import { idPrefixes } from '../ids.ts';

export interface VersionNumber {
  readonly major: number;
  readonly minor: number;
}

export const releaseTypes = ['minor', 'major'] as const;
export type ReleaseType = (typeof releaseTypes)[number];

export const draftName = 'draft';

/** The first minor release is 0.1, the first major one 1.0. */
export function nextNumber({ major, minor }: VersionNumber, releaseType: ReleaseType): VersionNumber {
  return releaseType === 'major' ? { major: major + 1, minor: 0 } : { major, minor: minor + 1 };
}

export function formatNumber({ major, minor }: VersionNumber): string {
  return `${major}.${minor}`;
}

/** Reads `1.0` as it is written by `formatNumber`; undefined for anything else. */
export function parseNumber(text: string): VersionNumber | undefined {
  const match = /^(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})$/.exec(text);
  return match ? { major: Number(match[1]), minor: Number(match[2]) } : undefined;
}

/** Sorts as text in the order of the numbers: `000001.000000`. */
export function sortableNumber({ major, minor }: VersionNumber): string {
  return `${digits(major)}.${digits(minor)}`;
}

/** Reads what `sortableNumber` writes. */
export function parseSortableNumber(text: string): VersionNumber | undefined {
  const match = /^(\d{6})\.(\d{6})$/.exec(text);
  return match ? { major: Number(match[1]), minor: Number(match[2]) } : undefined;
}

/** The id of a version is made of its classifier's and its number, so that either is found by the other. */
export function versionId(classifierId: string, version: string): string {
  return `${versionIdPrefix(classifierId)}${version.replace('.', '_')}`;
}

/** `draft` or a number, from the id of a version of this classifier; undefined when it is none. */
export function versionInId(classifierId: string, id: string): string | undefined {
  const prefix = versionIdPrefix(classifierId);
  return id.startsWith(prefix) ? id.slice(prefix.length).replace('_', '.') : undefined;
}

function versionIdPrefix(classifierId: string): string {
  return `${idPrefixes.classifierVersion}${classifierId.slice(idPrefixes.classifier.length)}_`;
}

/** `parseNumber` reads no more digits either. */
function digits(part: number): string {
  return String(part).padStart(6, '0');
}
