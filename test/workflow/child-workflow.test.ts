import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { ApplicationFailure } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { fileIncomingDocument } from '../../examples/child-workflow/file-incoming-document.ts';
import { searchAttributeKeys } from '../../src/domain/search-attributes.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { createWorkflowRunner, type Stubs } from '../support/workflow-runner.ts';

const workflowsPath = fileURLToPath(
  new URL('../../examples/child-workflow/file-incoming-document.ts', import.meta.url),
);

let shared: TestNamespace;
beforeAll(async () => {
  shared = await createNamespace();
});
afterAll(() => shared[Symbol.asyncDispose]());

/** Runs the parent of `examples/` on a worker of its own, as somebody else would. */
async function fileDocument(stubs: Partial<Stubs>): Promise<{ filed: unknown; parentId: string }> {
  const { connection, namespace, client } = shared;
  const runner = await createWorkflowRunner(shared);
  const taskQueue = `incoming-${randomUUID()}`;
  const worker = await Worker.create({ connection, namespace, taskQueue, workflowsPath });
  const parentId = `parent-${randomUUID()}`;
  const filed = await runner.run(stubs, () =>
    worker.runUntil(
      client.workflow.execute<typeof fileIncomingDocument>('fileIncomingDocument', {
        workflowId: parentId,
        taskQueue,
        args: [{ url: 'https://files.example/a.pdf', fileName: 'a.pdf' }],
      }),
    ),
  );
  return { filed, parentId };
}

describe('classifyDocument as the child of another workflow', () => {
  test('answers its parent, and is labelled like any other run', async () => {
    const { filed, parentId } = await fileDocument({});

    expect(filed).toEqual({ folder: 'invoice', needsReview: false });
    const { typedSearchAttributes } = await shared.client.workflow.getHandle(`${parentId}-classify`).describe();
    expect(typedSearchAttributes.get(searchAttributeKeys.tenant)).toBe('default');
    expect(typedSearchAttributes.get(searchAttributeKeys.fileName)).toBe('a.pdf');
  });

  test('gives its parent a failure whose type is the code', async () => {
    const renderPages = async (): Promise<never> => {
      throw ApplicationFailure.nonRetryable('This PDF is protected by a password.', 'document_encrypted');
    };

    const { filed } = await fileDocument({ renderPages });

    expect(filed).toEqual({ folder: 'locked', needsReview: true });
  });
});
