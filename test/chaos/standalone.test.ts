import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../support/free-ports.ts';
import { startOpenAiStandIn, type OpenAiStandIn } from '../support/openai-stand-in/server.ts';
import { classify, submit } from '../support/service.ts';
import { allFinished, finishedDespiteOutages, sample, submitMany } from './client.ts';
import { answerAtOnce, answerWhenReleased, release, modelSettings } from './model.ts';
import { descendantsOf, survivorsOf, type RunningProcess } from './process-tree.ts';
import { createStandalone, type Standalone } from './standalone.ts';

let model: OpenAiStandIn;

beforeAll(async () => {
  model = await startOpenAiStandIn({ answer: answerAtOnce });
});
afterAll(() => model[Symbol.asyncDispose]());

async function newStandalone(settings: Readonly<Record<string, string>> = modelSettings(model)): Promise<Standalone> {
  const standalone = await createStandalone(settings);
  onTestFinished(() => standalone[Symbol.asyncDispose]());
  return standalone;
}

/** 50 jobs of which some are in mid call, some are rendered and most wait. */
async function fiftyJobsRunning({ url }: Standalone): Promise<readonly string[]> {
  const asked = model.requests.length;
  model.answerWith(answerWhenReleased);
  const jobIds = await submitMany(url, 50);
  await model.waitForRequests(asked + 4);
  return jobIds;
}

async function expectAllCompleted(url: string, jobIds: readonly string[]): Promise<void> {
  const jobs = await allFinished(url, jobIds);
  const answers = jobs.map(({ status, result }) => ({ status, pages: result?.processed_pages }));
  expect(answers).toEqual(jobIds.map(() => ({ status: 'completed', pages: 2 })));
}

async function expectGone(processes: readonly RunningProcess[]): Promise<void> {
  await expect.poll(() => survivorsOf(processes)).toEqual([]);
}

describe('npm start', { timeout: 180_000 }, () => {
  test('completes 50 running jobs although its Temporal server is killed', async () => {
    const standalone = await newStandalone();
    const started = await standalone.start();
    const jobIds = await fiftyJobsRunning(standalone);

    const killedPid = await standalone.temporalPid();
    process.kill(killedPid, 'SIGKILL');
    release(model);

    await expectAllCompleted(standalone.url, jobIds);
    expect(await standalone.temporalPid()).not.toBe(killedPid);
    const processes = await descendantsOf(started.pid);
    await started.end('SIGINT');
    expect(await started.exited).toEqual({ code: 0, signal: null });
    await expectGone(processes);
  });

  test('completes 50 running jobs after it was killed itself and started again', async () => {
    const standalone = await newStandalone();
    const killed = await standalone.start();
    const jobIds = await fiftyJobsRunning(standalone);
    const orphans = await descendantsOf(killed.pid);

    await killed.end('SIGKILL');

    // Its Temporal server outlives it, for the next start to take over; whatever worked for it does not.
    await expectGone(orphans.filter(({ commandLine }) => !commandLine.includes('start-dev')));
    release(model);
    const started = await standalone.start();
    await expectAllCompleted(standalone.url, jobIds);
    await started.end('SIGINT');
    expect(await started.exited).toEqual({ code: 0, signal: null });
    await expectGone(orphans);
  });

  test('stops cleanly on Ctrl-C in mid job, and the next start carries the job on', async () => {
    const standalone = await newStandalone();
    const stopped = await standalone.start();
    const asked = model.requests.length;
    model.answerWith(() => ({ kind: 'never' }));
    const jobId = await submit(standalone.url, { file: sample });
    await model.waitForRequests(asked + 2);
    const processes = await descendantsOf(stopped.pid);

    await stopped.end('SIGINT');

    expect(await stopped.exited).toEqual({ code: 0, signal: null });
    expect(stopped.output()).toContain('Stopping; jobs that are running go on at the next start.');
    await expectGone(processes);
    model.answerWith(answerAtOnce);
    await standalone.start();
    expect(await finishedDespiteOutages(standalone.url, jobId)).toMatchObject({
      status: 'completed',
      result: { processed_pages: 2 },
    });
  });

  test('starts without its model, says which setting names it, and keeps the jobs until it is there', async () => {
    const port = await freePort();
    const baseUrl = `http://127.0.0.1:${port}/v1`;
    const standalone = await newStandalone({ ...modelSettings(model), OPENAI_BASE_URL: baseUrl });
    const started = await standalone.start();
    const ready = await fetch(`${standalone.url}/readyz`);
    const jobId = await submit(standalone.url, { file: sample });

    expect(started.output()).toContain(
      `OPENAI_BASE_URL: no model server answers at ${baseUrl} (ECONNREFUSED); start it, or set OPENAI_BASE_URL to where it is. Until then documents wait.`,
    );
    expect(ready.status).toBe(200);
    expect(await ready.json()).toEqual({
      status: 'ok',
      dependencies: { temporal: 'ok', store: 'ok', model: 'unavailable' },
      reasons: { model: 'No model server answers at OPENAI_BASE_URL (ECONNREFUSED).' },
    });

    await using late = await startOpenAiStandIn({ answer: answerAtOnce, port });
    expect(late.baseUrl).toBe(baseUrl);
    expect(await finishedDespiteOutages(standalone.url, jobId)).toMatchObject({ status: 'completed' });
    await expect
      .poll(async () => (await fetch(`${standalone.url}/readyz`)).json(), { timeout: 30_000 })
      .toEqual({ status: 'ok', dependencies: { temporal: 'ok', store: 'ok', model: 'ok' } });
  });

  test('leaves no process behind that rendered or read a page', async () => {
    const standalone = await newStandalone({ RENDER_PROCESSES: '2', OCR_PROCESSES: '1' });
    const started = await standalone.start();
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="600" height="200"><rect width="600" height="200" fill="white"/>
      <text x="40" y="110" font-size="60" font-family="sans-serif">INVOICE 4711</text></svg>`;
    const scan = await sharp(Buffer.from(svg)).png().toBuffer();
    await classify(standalone.url, { file: new Blob([scan]), fileName: 'scan.png' });

    const processes = await descendantsOf(started.pid);
    const commandLines = processes.map(({ commandLine }) => commandLine).join('\n');
    for (const part of ['start-dev', 'render-child', 'ocr-child']) expect(commandLines).toContain(part);
    await started.end('SIGINT');

    expect(await started.exited).toEqual({ code: 0, signal: null });
    await expectGone(processes);
  });
});
