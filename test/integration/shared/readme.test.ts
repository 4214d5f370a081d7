import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { finishedJob, startService, type TestService } from '../../support/service.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const run = promisify(execFile);
let service: TestService;

beforeAll(async () => {
  service = await startService();
});
afterAll(() => service[Symbol.asyncDispose]());

/** The shell blocks of the README that hold a curl, in order, as a reader would paste them. */
async function curlsOfReadme(): Promise<string[]> {
  const readme = await readFile(`${root}/README.md`, 'utf8');
  const blocks = Array.from(readme.matchAll(/```sh\n([\s\S]*?)```/g), ([, block = '']) => block);
  return blocks.filter((block) => block.includes('curl '));
}

/** What a reader would put into a file of their own. */
async function scriptsOfReadme(): Promise<string[]> {
  const readme = await readFile(`${root}/README.md`, 'utf8');
  return Array.from(readme.matchAll(/```js\n([\s\S]*?)```/g), ([, block = '']) => block);
}

async function paste(command: string, environment: Record<string, string> = {}): Promise<unknown> {
  const here = command.replaceAll('http://localhost:8080', service.url);
  const { stdout } = await run('bash', ['-euc', here], {
    cwd: root,
    env: { PATH: process.env['PATH'] ?? '', ...environment },
  });
  return JSON.parse(stdout);
}

test('the commands of the README do what it says', async () => {
  const [upload = '', read = '', ...others] = await curlsOfReadme();
  expect(others).toEqual([]);

  const submitted = z.looseObject({ job_id: z.string() }).parse(await paste(upload));
  expect(submitted).toMatchObject({ status: 'processing', message: 'Classification started' });
  await finishedJob(service.url, submitted.job_id);
  const job = await paste(read, { JOB_ID: submitted.job_id });

  expect(job).toMatchObject({ status: 'completed', result: { classification: 'invoice', total_pages: 2 } });
});

test("the script of the README classifies by Extend's SDK", async () => {
  const [script = '', ...others] = await scriptsOfReadme();
  expect(others).toEqual([]);

  const here = script.replaceAll('http://localhost:8080', service.url);
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', here], { cwd: root });

  expect(JSON.parse(stdout)).toMatchObject({ id: 'invoice', type: 'invoice', insights: [{ type: 'reasoning' }] });
});
