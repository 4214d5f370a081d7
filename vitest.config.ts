import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

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
  setupFiles: ['test/support/set-up.ts'],
};

/** Parts that draw, read and score in child processes, and the classifier's answers for our own documents. */
const processes = {
  name: 'processes',
  include: ['test/{processes,golden}/**/*.test.ts'],
};

/** Starts the longest files first, so that no processor is idle at the end while one file still runs. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => /\/test\/(?:chaos|golden)\/|schemathesis/.test(moduleId);
    // oxlint-disable-next-line unicorn/no-array-sort -- it is a sequencer's method, not an array's
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    pool: 'forks',
    // Most tests wait for a server, a process or a clock two thirds of their time.
    maxWorkers: 2 * availableParallelism(),
    // Importing the service takes as long as many a file's tests: a process keeps it from one file to the next.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    expect: { poll: { timeout: 30_000 } },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    reporters: ['default'],
    projects: [{ test: unit }, { test: processes }, { test: servers }],
  },
});
