import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { runStep } from '../../activities/run-step.ts';
import { ClassifierError } from '../../src/domain/errors.ts';
import { searchAttributeKeys } from '../../src/domain/search-attributes.ts';
import { hasSearchAttribute, registerSearchAttributes } from '../../src/temporal/register-search-attributes.ts';
import { listWaiting } from '../../src/waiting/find-waiting.ts';
import { createWaitingCounter } from '../../src/waiting/waiting-counter.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { answer, createWorkflowRunner, type WorkflowRunner } from '../support/workflow-runner.ts';

let shared: TestNamespace;
let runner: WorkflowRunner;
const { name } = searchAttributeKeys.waitingFor;

beforeAll(async () => {
  shared = await createNamespace();
  runner = await createWorkflowRunner(shared);
  const { client, namespace } = shared;
  await client.connection.operatorService.removeSearchAttributes({ namespace, searchAttributes: [name] });
  await vi.waitUntil(async () => (await hasSearchAttribute(client, name)) === false, { timeout: 30_000 });
});
afterAll(() => shared[Symbol.asyncDispose]());

describe('a namespace without the search attribute WaitingFor', () => {
  test('lets jobs wait all the same, tells of them, and lets them go on', async () => {
    let isMended = false;
    const detail = 'The model server rejected the credentials (HTTP 401). Check OPENAI_API_KEY.';

    await runner.run(
      {
        classifyPage: (page) =>
          runStep(
            async () => {
              if (isMended) return answer(page);
              throw new ClassifierError('model_auth', detail);
            },
            { canWait: true, circuits: [] },
          ),
      },
      async (handle) => {
        const memo = async () => (await handle.describe()).memo;
        await expect.poll(memo, { timeout: 20_000 }).toMatchObject({ waiting: { waitsFor: 'model', detail } });
        await expect
          .poll(createWaitingCounter(shared.client), { timeout: 20_000, interval: 1000 })
          .toMatchObject([{ waitsFor: 'model', jobs: 1, detail }]);
        expect((await listWaiting(shared.client, 'model')).runs).toMatchObject([{ workflowId: handle.workflowId }]);
        isMended = true;
        await handle.signal('goOn');

        expect(await handle.result()).toMatchObject({ classification: 'invoice' });
        const { events } = await handle.fetchHistory();
        expect(events?.filter((event) => event.workflowTaskFailedEventAttributes)).toEqual([]);
      },
    );
  });

  test('is said once in the log, with what to run, where we may not create it', async () => {
    const lines: string[] = [];
    const logger = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });

    const { operatorService } = shared.client.connection;
    const refused = vi.spyOn(operatorService, 'listSearchAttributes').mockRejectedValue(new Error('PERMISSION_DENIED'));
    onTestFinished(() => refused.mockRestore());

    await registerSearchAttributes(shared.client, logger);

    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      missing: [name],
      run: [`temporal operator search-attribute create --namespace ${shared.namespace} --name ${name} --type Keyword`],
    });
  });
});
