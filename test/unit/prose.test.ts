import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const root = new URL('../..', import.meta.url);
const widestCell = 80;
const widestLine = 120;

function linesOf(path: string): string[] {
  return readFileSync(new URL(path, root), 'utf8').split('\n');
}

const pages = globSync('**/*.md', { cwd: root, exclude: ['node_modules', '**/node_modules'] });
const sources = globSync('{src,workflows,activities,test,bench,tools,examples}/**/*.ts', { cwd: root });

/** The lines of a page outside its blocks of code. */
function proseOf(path: string): { readonly text: string; readonly at: string }[] {
  let isCode = false;
  return linesOf(path).flatMap((text, index) => {
    if (/^\s*```/.test(text)) isCode = !isCode;
    return isCode ? [] : [{ text, at: `${path}:${index + 1}` }];
  });
}

describe('a page of the docs', () => {
  test.each(pages)('%s has no cell of a table above 80 characters: what is longer is a list', (path) => {
    const rows = proseOf(path).filter(({ text }) => /^\s*\|/.test(text) && !/^[\s|:-]+$/.test(text));
    const wide = rows.filter(({ text }) => text.split(/(?<!\\)\|/).some((cell) => cell.trim().length > widestCell));

    expect(wide.map(({ at }) => at)).toEqual([]);
  });

  test.each(pages)('%s has no line of prose above 120 columns', (path) => {
    // A link, an image and a code span cannot be broken.
    const wide = proseOf(path).filter(({ text }) => text.length > widestLine && !/^\s*\||^\s*[-*]?\s*[!`[]/.test(text));

    expect(wide.map(({ at }) => at)).toEqual([]);
  });
});

test('no comment has a line above 120 columns', () => {
  const wide = sources.flatMap((path) =>
    linesOf(path).flatMap((line, index) =>
      line.length > widestLine && /^\s*(?:\/\/|\/\*|\* )/.test(line) ? [`${path}:${index + 1}`] : [],
    ),
  );

  expect(wide).toEqual([]);
});
