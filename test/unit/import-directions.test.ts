import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

const forbidden: readonly (readonly [file: string, line: string])[] = [
  ['src/domain/a.ts', `import { z } from 'zod';`],
  ['src/domain/b.ts', `import { readFile } from 'node:fs/promises';`],
  ['src/domain/c.ts', `import { jobKeys } from '../records/keys.ts';`],
  ['workflows/a.ts', `import { createHash } from 'node:crypto';`],
  ['workflows/b.ts', `import { z } from 'zod';`],
  ['workflows/c.ts', `import { renderPages } from '../activities/render-pages.ts';`],
  ['workflows/d.ts', `import { readConfig } from '../src/config.ts';`],
  ['workflows/e.ts', `import { Client } from '@temporalio/client';`],
  ['activities/a.ts', `import { createApp } from '../src/http/app.ts';`],
  ['activities/b.ts', `import { startJob } from '../src/jobs/start-job.ts';`],
  ['src/http/a.ts', `import { createActivities } from '../../activities/index.ts';`],
  ['src/http/shared/a.ts', `import { createDocumentRenderer } from '../../pdf/render-pool.ts';`],
  ['src/http/unsiloed/a.ts', `import { toRun } from '../extend/run.ts';`],
  ['src/http/unsiloed/b.ts', `import { createOpenAiClassifier } from '../../classifier/openai/openai-classifier.ts';`],
  ['src/http/extend/a.ts', `import { toJobBody } from '../unsiloed/job-body.ts';`],
  ['src/records/a.ts', `import { startJob } from '../jobs/start-job.ts';`],
  ['src/records/b.ts', `import { callTemporal } from '../temporal/connection.ts';`],
  ['src/records/jobs/a.ts', `import { startJob } from '../../jobs/start-job.ts';`],
  ['activities/c.ts', `import { readConfig } from '../src/config/config.ts';`],
  ['activities/d.ts', `import { classifyDocument } from '../workflows/index.ts';`],
  ['src/http/c.ts', `import { fetchGuarded } from '../net/fetch-guard.ts';`],
  ['src/http/d.ts', `import { readConfig } from '../config/config.ts';`],
  ['src/http/e.ts', `import { createDependencies } from '../dependencies.ts';`],
  ['src/jobs/c.ts', `import { createStoreResult } from '../../activities/store-result.ts';`],
  ['src/jobs/d.ts', `import { openPdf } from '../pdf/pdf-document.ts';`],
  ['src/jobs/e.ts', `import { serveApi } from '../startup/serve-api.ts';`],
  ['src/storage/b.ts', `import { jobKeys } from '../records/keys.ts';`],
  ['src/storage/c.ts', `import { openPdf } from '../pdf/pdf-document.ts';`],
  ['src/classifier/built-in/a.ts', `import { jobKeys } from '../../records/keys.ts';`],
  ['src/temporal/a.ts', `import { jobKeys } from '../records/keys.ts';`],
  ['src/net/a.ts', `import { startJob } from '../jobs/start-job.ts';`],
  ['src/jobs/a.ts', `import { createApp } from '../http/app.ts';`],
  ['src/jobs/b.ts', `import { classifyDocument } from '../../workflows/index.ts';`],
  ['src/retention/a.ts', `import { startJob } from '../jobs/start-job.ts';`],
  ['src/retention/b.ts', `import { deleteExpiredJobs } from '../../workflows/index.ts';`],
  ['src/storage/a.ts', `import { startJob } from '../jobs/start-job.ts';`],
  ['src/http/f.ts', `import { classifyDocument } from '../../workflows/index.ts';`],
  ['src/process-pool/a.ts', `import { jobKeys } from '../records/keys.ts';`],
  ['src/waiting/a.ts', `import { startJob } from '../jobs/start-job.ts';`],
  ['src/webhook/a.ts', `import { jobKeys } from '../records/keys.ts';`],
  ['src/classifier/a.ts', `import { createApp } from '../http/app.ts';`],
  ['activities/e.ts', `import { createDependencies } from '../src/dependencies.ts';`],
  ['activities/f.ts', `import { serve } from '../src/worker.ts';`],
  ['src/http/extend/b.ts', `import { callTemporal } from '../../temporal/connection.ts';`],
  ['src/http/unsiloed/c.ts', `import { createCircuit } from '../../waiting/circuit.ts';`],
  ['src/temporal/b.ts', `import { readConfig } from '../config/config.ts';`],
  ['src/storage/d.ts', `import { createLogger } from '../logger.ts';`],
  ['src/pdf/a.ts', `const home = process.env['HOME'];\nexport { home };`],
];

interface Direction {
  readonly room: string;
  /** The rooms that it may import by value, and those that it may import as types alone. */
  readonly values: readonly string[];
  readonly types: readonly string[];
}

/** The rows of CONTRIBUTING's table that name one room, in its order. */
function readDirections(contributing: string): readonly Direction[] {
  const rows = contributing.matchAll(/^\| `(?:src\/)?([a-z-]+)\/` +\|[^|]*\| (\w[^|]*?) +\|$/gm);
  const cells = Array.from(rows, ([, room = '', cell = '']) => ({ room, cell }));
  const rooms = cells.map(({ room }) => room);
  return cells.map(({ room, cell }, index) => {
    const [values = '', types = ''] = cell.split('; ').map((part) => part.replace(/ as types$/, ''));
    const byType = namedIn(types, rooms, index);
    const byValue = namedIn(values, rooms, index);
    return {
      room,
      values: values === 'all above' ? byValue.filter((each) => !byType.includes(each)) : byValue,
      types: byType,
    };
  });
}

function namedIn(words: string, rooms: readonly string[], index: number): readonly string[] {
  if (words === 'all above') return rooms.slice(0, index);
  if (words === 'all others') return rooms;
  return words.split(', ');
}

const directions = readDirections(readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8'));

const folderOf = (room: string): string => (room === 'activities' || room === 'workflows' ? room : `src/${room}`);

/** Each room imports every other, by value and as a type. */
const crossings = directions.flatMap(({ room, values, types }) =>
  directions
    .filter((target) => target.room !== room)
    .flatMap((target) => {
      const from = relative(folderOf(room), `${folderOf(target.room)}/x.ts`);
      const [isValue, isType] = [values.includes(target.room), types.includes(target.room)];
      return [
        {
          room,
          file: `${folderOf(room)}/${target.room}-value.ts`,
          line: `export { x } from '${from}';`,
          isAllowed: isValue,
        },
        {
          room,
          file: `${folderOf(room)}/${target.room}-type.ts`,
          line: `export type { X } from '${from}';`,
          isAllowed: isValue || isType,
        },
      ];
    }),
);

const allowed: readonly (readonly [file: string, line: string])[] = [
  ['src/records/batches/ok.ts', `import { readJobRequest } from '../jobs/job-request.ts';\nexport { readJobRequest };`],
  ['activities/ok.ts', `import { readOutcome } from '../src/records/jobs/job-outcome.ts';\nexport { readOutcome };`],
  [
    'workflows/ok.ts',
    `import type { RenderPagesResult } from '../activities/render-pages.ts';\nexport type X = RenderPagesResult;`,
  ],
  [
    'src/jobs/ok.ts',
    `import type { classifyDocument } from '../../workflows/index.ts';\nexport type X = typeof classifyDocument;`,
  ],
];

/** Two files that name each other's types alone. */
const circle: readonly (readonly [file: string, line: string])[] = [
  ['src/domain/circle-a.ts', `import type { B } from './circle-b.ts';\nexport type A = B | 1;`],
  ['src/domain/circle-b.ts', `import type { A } from './circle-a.ts';\nexport type B = A | 2;`],
];

let directory: string;
let findings: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pigeonhole-lint-'));
  await copyFile(join(root, '.oxlintrc.json'), join(directory, '.oxlintrc.json'));
  // The linter looks for its plugins beside its settings.
  await symlink(join(root, 'node_modules'), join(directory, 'node_modules'));
  for (const [file, line] of [
    ...forbidden,
    ...allowed,
    ...circle,
    ...crossings.map((crossing) => [crossing.file, crossing.line] as const),
  ]) {
    await mkdir(dirname(join(directory, file)), { recursive: true });
    await writeFile(join(directory, file), `${line}\n`);
  }
  findings = await lint(directory);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

function lint(cwd: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const oxlint = join(root, 'node_modules/oxlint/bin/oxlint');
  execFile(process.execPath, [oxlint, '--format=unix', '.'], { cwd }, (_, stdout) => resolve(stdout));
  return promise;
}

describe('the linter', () => {
  test.each(forbidden)('refuses in %s: %s', (file) => {
    expect(
      findings.split('\n').some((line) => line.includes(file) && /no-restricted-imports|no-process-env/.test(line)),
    ).toBe(true);
  });

  test.each(allowed)('allows in %s: %s', (file) => {
    expect(
      findings.split('\n').filter((line) => line.includes(file) && line.includes('no-restricted-imports')),
    ).toEqual([]);
  });

  test.each(directions)('lets $room import what the table in CONTRIBUTING says, and nothing else', ({ room }) => {
    const own = crossings.filter((crossing) => crossing.room === room);
    const refused = own.filter(({ file }) => findings.includes(`${file}:`)).map(({ file }) => file);

    expect(refused).toEqual(own.filter(({ isAllowed }) => !isAllowed).map(({ file }) => file));
  });

  test('finds every room in that table', () => {
    expect(directions.map(({ room }) => folderOf(room)).toSorted()).toEqual(
      [
        ...globSync('src/*/', { cwd: root }).filter((folder) => !['src/startup', 'src/standalone'].includes(folder)),
        'activities',
        'workflows',
      ].toSorted(),
    );
  });

  test('refuses a circle of types', () => {
    expect(findings.split('\n').some((line) => line.includes('circle-a.ts') && line.includes('no-cycle'))).toBe(true);
  });
});
