import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Category } from '../../src/domain/category.ts';

export interface LabelledDocument {
  readonly file: string;
  readonly label: string;
  /** Who published it. Documents of one issuer share templates, so they stay on one side of a cross-validation. */
  readonly issuer: string;
}

export interface Corpus {
  readonly directory: string;
  readonly documents: readonly LabelledDocument[];
  readonly labels: readonly string[];
}

/** Reads `MANIFEST.tsv` of a corpus: the documents of one group, each with its label and its source. */
export async function readCorpus(directory: string, group: string): Promise<Corpus> {
  const manifest = await readFile(join(directory, 'MANIFEST.tsv'), 'utf8');
  const documents = manifest
    .trim()
    .split('\n')
    .map((line) => line.split('\t'))
    .filter((columns) => columns[3] === group)
    .map(([file = '', source = '', , , label = '']) => ({ file, label, issuer: source.replace(/:.*$/su, '') }));
  return { directory, documents, labels: [...new Set(documents.map(({ label }) => label))].toSorted() };
}

const categoryFile = z.array(
  z.strictObject({ label: z.string(), name: z.string(), description: z.string().optional() }),
);

/** What a caller might call the labels: `[{"label": "invoice", "name": "Rechnung", "description": "..."}, ...]`. */
export interface NamedCategories {
  readonly categories: readonly Category[];
  /** By label. Several labels may have one name; a label without one is left out, with its documents. */
  readonly names: ReadonlyMap<string, string>;
}

export async function readNamedCategories(path: string): Promise<NamedCategories> {
  const items = categoryFile.parse(JSON.parse(await readFile(path, 'utf8')));
  const byName = new Map<string, Category>();
  for (const { name, description } of items) {
    if (!byName.has(name)) byName.set(name, description === undefined ? { name } : { name, description });
  }
  return { categories: [...byName.values()], names: new Map(items.map(({ label, name }) => [label, name])) };
}

/** The documents whose labels have a name, under that name. */
export function rename<D extends LabelledDocument>(documents: readonly D[], { names }: NamedCategories): D[] {
  return documents.flatMap((document) => {
    const label = names.get(document.label);
    return label === undefined ? [] : [{ ...document, label }];
  });
}

/** The categories of both runs: the labels alone, and with the one-line descriptions beside this bench. */
export async function readCategories(labels: readonly string[]) {
  const file = new URL('../category-descriptions.json', import.meta.url);
  const descriptions = z.record(z.string(), z.string()).parse(JSON.parse(await readFile(file, 'utf8')));
  return {
    names: labels.map((name): Category => ({ name })),
    descriptions: labels.map((name): Category => {
      const description = descriptions[name];
      return description === undefined ? { name } : { name, description };
    }),
  };
}
