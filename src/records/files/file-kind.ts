import type { DocumentType } from '../../domain/document.ts';

/** Extend's names of kinds of file. */
export const fileKinds = ['PDF', 'CSV', 'IMG', 'TXT', 'DOCX', 'EXCEL', 'XML', 'HTML'] as const;
export type FileKind = (typeof fileKinds)[number];

const kindsByExtension: Readonly<Record<string, FileKind>> = {
  pdf: 'PDF',
  jpg: 'IMG',
  jpeg: 'IMG',
  png: 'IMG',
  gif: 'IMG',
  webp: 'IMG',
  bmp: 'IMG',
  tif: 'IMG',
  tiff: 'IMG',
  csv: 'CSV',
  tsv: 'CSV',
  txt: 'TXT',
  xml: 'XML',
  htm: 'HTML',
  html: 'HTML',
};

/** The kind of a document: its bytes decide. Its name decides among texts, which look alike. */
export function fileKindOf(type: DocumentType, name: string, head?: string): FileKind {
  if (type === 'pdf') return 'PDF';
  if (type !== 'text') return 'IMG';
  const start = head?.trimStart() ?? '';
  if (/^<!doctype html|^<html\b/i.test(start)) return 'HTML';
  if (/^<\?xml\b/i.test(start)) return 'XML';
  const named = kindOfName(name);
  return named === 'CSV' || named === 'XML' || named === 'HTML' ? named : 'TXT';
}

/** The kind that a name promises before there are bytes; null if it promises none. */
export function kindOfName(name: string): FileKind | null {
  const extension = /\.([a-z]{3,4})$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(kindsByExtension, extension) ? (kindsByExtension[extension] ?? null) : null;
}
