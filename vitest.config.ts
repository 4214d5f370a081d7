import { defineConfig } from 'vitest/config';

/** Tests of pure code and of single parts: no server is started for them. */
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

/** The built-in classifier on documents of our own making. */
const golden = {
  name: 'golden',
  include: ['test/golden/**/*.test.ts'],
};

export default defineConfig({
  test: {
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    reporters: ['default'],
    projects: [{ test: unit }, { test: golden }, { test: servers }],
  },
});
