import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createNamespace, temporalSettings, type TestNamespace } from '../support/namespace.ts';
import { startOpenAiStandIn, type OpenAiStandIn } from '../support/openai-stand-in/server.ts';
import { classify, finishedJob, getJob, submit } from '../support/service.ts';
import { sample, submitMany } from './client.ts';
import { createFleet, type ApiProcess, type Fleet } from './fleet.ts';
import { answerAtOnce, modelSettings } from './model.ts';

const acme = { 'api-key': 'key-of-acme' };
const globex = { 'api-key': 'key-of-globex' };

let namespace: TestNamespace;
let model: OpenAiStandIn;
let fleet: Fleet;
let api: ApiProcess;

beforeAll(async () => {
  namespace = await createNamespace();
  model = await startOpenAiStandIn({ answer: answerAtOnce });
  fleet = await createFleet({
    ...temporalSettings(namespace),
    ...modelSettings(model),
    API_KEYS: 'acme:key-of-acme,globex:key-of-globex',
    MODEL_CONCURRENCY: '2',
  });
  api = await fleet.startApi();
});
afterAll(async () => {
  await fleet[Symbol.asyncDispose]();
  await model[Symbol.asyncDispose]();
  await namespace[Symbol.asyncDispose]();
});

async function answerOf(response: Response) {
  return { status: response.status, type: response.headers.get('content-type'), body: await response.json() };
}

test("a tenant's flood does not hold up the job that another tenant submits after it", async () => {
  // All of it waits before a worker starts, so that the order in which the queues give it out is what is seen.
  const [fill, late] = [randomUUID(), randomUUID()];
  const flood = await submitMany(api.url, 30, { file: sample, headers: acme, fields: { instructions: fill } });
  const jobId = await submit(api.url, { file: sample, headers: globex, fields: { instructions: late } });

  await fleet.startWorker();

  expect((await finishedJob(api.url, jobId, globex)).status).toBe('completed');
  for (const each of flood) expect((await finishedJob(api.url, each, acme)).status).toBe('completed');
  const asked = model.requests.map(({ question }) => (question?.text.includes(late) === true ? 'globex' : 'acme'));
  expect(asked.filter((tenant) => tenant === 'acme')).toHaveLength(60);
  // In one line with the others it would be the last of 31 jobs. Each queue hands out its tenants in turn.
  expect(asked.lastIndexOf('globex')).toBeLessThan(30);
});

test("a tenant's job does not exist for another one, neither to read nor to cancel", async () => {
  const job = await classify(api.url, { file: sample, headers: acme });
  const url = `${api.url}/classify/${job.job_id}`;

  const [foreignRead, foreignCancel] = [
    await answerOf(await fetch(url, { headers: globex })),
    await answerOf(await fetch(`${url}/cancel`, { method: 'POST', headers: globex })),
  ];
  const neverWas = await answerOf(await fetch(`${api.url}/classify/${randomUUID()}`, { headers: globex }));

  for (const answer of [foreignRead, foreignCancel, neverWas]) {
    expect(answer).toMatchObject({
      status: 404,
      type: 'application/problem+json; charset=utf-8',
      body: { code: 'not_found', detail: 'Job not found' },
    });
  }
  expect(await getJob(api.url, job.job_id, acme)).toEqual(job);
});

test.each([{}, { 'api-key': 'wrong' }, { authorization: 'Bearer wrong' }])(
  'a request without a valid key is refused in JSON: %j',
  async (headers) => {
    const form = new FormData();
    form.set('categories', '["invoice"]');
    form.set('pdf_file', sample, 'sample.pdf');

    const answers = [
      await answerOf(await fetch(`${api.url}/classify`, { method: 'POST', body: form, headers })),
      await answerOf(await fetch(`${api.url}/classify/${randomUUID()}`, { headers })),
      await answerOf(await fetch(`${api.url}/classify/${randomUUID()}/cancel`, { method: 'POST', headers })),
    ];

    for (const { status, type, body } of answers) {
      expect(status).toBe(401);
      expect(type).toBe('application/problem+json; charset=utf-8');
      expect(body).toMatchObject({ code: 'unauthorized', detail: expect.stringContaining('API key') });
    }
  },
);
