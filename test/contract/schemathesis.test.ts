import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runCommand } from '../../tools/run-command.ts';
import { installSchemathesis } from '../support/schemathesis.ts';
import { startService } from '../support/service.ts';

/** Seconds for all of the fuzzing; a first run installs the fuzzer before. */
const budgetSeconds = 60;

/**
 * What every answer must be, whatever was sent. What the service refuses is not told by the schema alone: documents,
 * lists in JSON. Extend's contract knows no 405: a method that a path of it does not have is a 404 there
 * (src/http/extend/errors.ts).
 */
const settings = `
[checks]
positive_data_acceptance.enabled = false
negative_data_rejection.enabled = false
missing_required_header.enabled = false
ensure_resource_availability.enabled = false
object_level_authorization.enabled = false

[[operations]]
include-path-regex = "^/(batch_runs|classifiers|classify_runs|evaluation_set_runs|evaluation_sets|files|webhook_endpoints|webhook_subscriptions)"
checks.unsupported_method.enabled = false
checks.allow_header_conformance.enabled = false
`;

/** It needs Python and a minute: CI asks for it. */
const isAskedFor = process.env['TEST_SCHEMATHESIS'] === '1';

describe.runIf(isAskedFor)('the service under a fuzzer that reads its OpenAPI document', () => {
  test('answers nothing that the document does not say, and never 5xx', { timeout: 600_000 }, async () => {
    const schemathesis = await installSchemathesis();
    const directory = await mkdtemp(join(tmpdir(), 'pigeonhole-schemathesis-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    await writeFile(join(directory, 'schemathesis.toml'), settings);
    await using service = await startService({ API_KEYS: 'fuzzer:key-of-the-fuzzer', RATE_LIMIT_PER_MINUTE: '0' });

    // prettier-ignore
    const { code, stdout, stderr } = await runCommand(
      schemathesis,
      ['--no-color', 'run', `${service.url}/openapi.json`, '--header', 'api-key: key-of-the-fuzzer',
        '--max-examples', '15', '--max-time', String(budgetSeconds), '--request-timeout', '30',
        '--generation-deterministic', '--workers', '1', '--no-shrink', '--warnings', 'off'],
      { cwd: directory, timeoutMs: (budgetSeconds + 120) * 1000 },
    );

    expect(`${stdout}${stderr}`).toContain('Test cases');
    expect(code, `${stdout}${stderr}`).toBe(0);
  });
});
