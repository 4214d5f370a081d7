import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = new URL('../..', import.meta.url);
const sources = globSync('{src,workflows,activities}/**/*.ts', { cwd: root });
const text = new Map(sources.map((path) => [path, readFileSync(new URL(path, root), 'utf8')]));
const lines = new Map(Array.from(text, ([path, content]) => [path, content.split('\n').length - 1]));

/** The files that import each file, types included. */
function importersByFile(): ReadonlyMap<string, ReadonlySet<string>> {
  const importers = new Map(sources.map((path) => [path, new Set<string>()]));
  for (const [path, content] of text) {
    for (const [, target = ''] of content.matchAll(/(?:from|import\()\s*'(\.[^']+\.ts)'/g)) {
      importers.get(normalize(join(dirname(path), target)))?.add(path);
    }
  }
  return importers;
}

describe('the files of src, workflows and activities', () => {
  test('nine of ten have at most 150 lines', () => {
    const sorted = [...lines.values()].toSorted((a, b) => a - b);

    expect(sorted[Math.ceil(sorted.length * 0.9) - 1]).toBeLessThanOrEqual(150);
  });

  test('hardly any with 30 lines or fewer has one importer alone: it belongs into that one', () => {
    const cupboards = [...importersByFile()]
      .filter(([path, importers]) => importers.size === 1 && (lines.get(path) ?? 0) <= 30)
      .map(([path]) => path);

    expect(cupboards.slice(8)).toEqual([]);
  });
});
