import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

const script = `
  import { createLogger } from '${new URL('../../src/logger.ts', import.meta.url).href}';
  const ofMoment = { jobId: 'j1' };
  const logger = createLogger({ level: 'info', format: 'json' }, () => ofMoment);
  logger.warn({ code: 'model_auth' }, 'first');
  logger.info('second');
`;

test('a line has the fields of its moment, and none of the line before', () => {
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  const [first, second] = output
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));

  expect(first).toMatchObject({ jobId: 'j1', code: 'model_auth', msg: 'first' });
  expect(second).toMatchObject({ jobId: 'j1', msg: 'second' });
  expect(second).not.toHaveProperty('code');
});
