import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

const forbidden: readonly (readonly [file: string, line: string])[] = [
  ['src/domain/a.ts', `import { z } from 'zod';`],
  ['src/domain/b.ts', `import { readFile } from 'node:fs/promises';`],
  ['src/domain/c.ts', `import { jobKeys } from '../storage/keys.ts';`],
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
  ['src/definitions/a.ts', `import { startJob } from '../jobs/start-job.ts';`],
  ['src/jobs/a.ts', `import { createApp } from '../http/app.ts';`],
  ['src/jobs/b.ts', `import { classifyDocument } from '../../workflows/index.ts';`],
  ['src/retention/a.ts', `import { startJob } from '../jobs/start-job.ts';`],
  ['src/retention/b.ts', `import { deleteExpiredJobs } from '../../workflows/index.ts';`],
  ['src/storage/a.ts', `import { startJob } from '../jobs/start-job.ts';`],
  ['src/pdf/a.ts', `const home = process.env['HOME'];\nexport { home };`],
];

const allowed: readonly (readonly [file: string, line: string])[] = [
  [
    'workflows/ok.ts',
    `import type { RenderPagesResult } from '../activities/render-pages.ts';\nexport type X = RenderPagesResult;`,
  ],
  [
    'src/jobs/ok.ts',
    `import type { classifyDocument } from '../../workflows/index.ts';\nexport type X = typeof classifyDocument;`,
  ],
];

let directory: string;
let findings: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pigeonhole-lint-'));
  await copyFile(join(root, '.oxlintrc.json'), join(directory, '.oxlintrc.json'));
  // The linter looks for its plugins beside its settings.
  await symlink(join(root, 'node_modules'), join(directory, 'node_modules'));
  for (const [file, line] of [...forbidden, ...allowed]) {
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
});
