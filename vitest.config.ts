import { defineConfig } from 'vitest/config';

/** Pure code and single parts: without servers, and without the processes that read documents. */
const unit = {
  name: 'unit',
  include: ['test/unit/**/*.test.ts'],
};

/** Tests against a real Temporal server and a real S3 server, which the global set-up starts once for all files. */
const servers = {
  name: 'servers',
  include: ['test/{contract,workflow,integration,replay,chaos}/**/*.test.ts'],
  globalSetup: ['test/support/global-setup.ts'],
  setupFiles: ['test/support/quiet-temporal.ts', 'test/support/answer-checks.ts'],
};

/**
 * What draws, reads and scores in processes of its own, and the classifier's answers for documents of our own making.
 */
const processes = {
  name: 'processes',
  include: ['test/{processes,golden}/**/*.test.ts'],
};

export default defineConfig({
  test: {
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    reporters: ['default'],
    projects: [{ test: unit }, { test: processes }, { test: servers }],
  },
});
