import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Lab } from '../lab.ts';
import type { Measurement, Outcome, Row } from '../measurement.ts';
import { createRenderBench } from '../render-bench.ts';
import { inParallel, interleave, median, medianRatio, milliseconds, timed } from '../statistics.ts';

const run = promisify(execFile);
const maxPages = 4;
const maxDocuments = 24;
/** A document that takes poppler longer would be all that is measured. */
const lookMs = 2000;

/** Our renderer and poppler's on the same pages, both at 1536 px, both ending in JPEG. */
export const rendering: Measurement = {
  name: 'rendering',
  title: 'rendering, per page',
  measure,
};

async function measure(lab: Lab): Promise<Outcome> {
  if (!(await isInstalled())) {
    return { rows: [], skipped: 'pdftoppm is not installed (Debian: poppler-utils; macOS: brew install poppler)' };
  }
  const documents = atLeast(maxDocuments, await bothCanDraw(lab, await findDocuments(lab.options.corpus)));
  const cores = availableParallelism();
  const one = await compare(lab, documents, 1);
  const all = await compare(lab, documents, cores);
  return {
    rows: [
      { ...one, what: 'rendering, per page, one process', goal: { atMost: 1.5 } },
      { ...all, what: `rendering, per page, all ${cores} cores`, goal: { atMost: 1.8 } },
    ],
  };
}

async function compare(lab: Lab, documents: readonly string[], width: number): Promise<Omit<Row, 'what' | 'goal'>> {
  await using renderer = await createRenderBench(lab, { processes: width });
  const state = { pages: 0 };
  const ours = async (path: string): Promise<void> => {
    const pages = await renderer.render(path, maxPages);
    state.pages += pages;
  };
  const each = (work: (path: string) => Promise<void>) => (): Promise<number> =>
    timed(() => inParallel(documents.length, width, (index) => work(documents[index] ?? '')));
  const rounds = lab.options.quick ? 2 : 5;

  await interleave(
    1,
    each(ours),
    each((path) => pdftoppm(path)),
  );
  state.pages = 0;
  const times = await interleave(
    rounds,
    each(ours),
    each((path) => pdftoppm(path)),
  );
  const pages = state.pages / rounds;
  return {
    against: 'pdftoppm -jpeg -scale-to 1536, same pages',
    figure: medianRatio(times),
    unit: 'x',
    detail: `${milliseconds(median(times.ours) / pages)} a page, peer ${milliseconds(median(times.peer) / pages)}; ${pages} pages of ${documents.length} PDFs`,
  };
}

async function pdftoppm(path: string, timeoutMs = 60_000): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'pdftoppm-'));
  try {
    const pages = ['-f', '1', '-l', String(maxPages)];
    const args = ['-jpeg', '-scale-to', '1536', ...pages, path, join(directory, 'p')];
    await run('pdftoppm', args, { timeout: timeoutMs, killSignal: 'SIGKILL' });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** A few documents several times: a round must be long enough to be measured, and to keep all cores busy. */
function atLeast(count: number, documents: readonly string[]): string[] {
  const times = Math.ceil(count / Math.max(1, documents.length));
  return Array.from({ length: times }, () => documents).flat();
}

async function isInstalled(): Promise<boolean> {
  try {
    await run('pdftoppm', ['-v']);
    return true;
  } catch {
    return false;
  }
}

/** The given folder's PDFs, or those of this repository; of many, some from all over the alphabet. */
async function findDocuments(corpus: string | undefined): Promise<string[]> {
  const own = ['../../examples/', '../../test/fixtures/'].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  const lists = await Promise.all((corpus === undefined ? own : [corpus]).map((folder) => findPdfs(folder)));
  const found = lists.flat();
  if (found.length === 0) throw new Error(`no PDF in ${corpus ?? own.join(', ')}`);
  const step = Math.max(1, found.length / maxDocuments);
  return Array.from(
    { length: Math.min(maxDocuments, found.length) },
    (_, index) => found[Math.floor(index * step)] ?? '',
  );
}

async function findPdfs(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names
    .filter((name) => name.toLowerCase().endsWith('.pdf'))
    .toSorted()
    .map((name) => join(folder, name));
}

/** Fixtures are broken on purpose, some of them, and no renderer draws all that the other does. */
async function bothCanDraw(lab: Lab, paths: readonly string[]): Promise<string[]> {
  await using renderer = await createRenderBench(lab);
  const drawn: string[] = [];
  for (const path of paths) {
    try {
      await pdftoppm(path, lookMs);
      await renderer.render(path, maxPages);
      drawn.push(path);
    } catch {
      lab.options.say(`rendering: leaves out ${path}`);
    }
  }
  return drawn;
}
