import { defaultPayloadConverter } from '@temporalio/common';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { z } from 'zod';
import type { Category } from '../domain/category.ts';
import { readJson } from '../storage/json-documents.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { callTemporal, grpcCode } from '../temporal/connection.ts';

const deadlineMs = 5000;
const grpcNotFound = 5;

const inputSchema = z.object({
  categories: z.array(z.union([z.string(), z.object({ name: z.string(), description: z.string().nullish() })])),
  descriptionsKey: z.string().optional(),
});
const descriptionsSchema = z.array(z.string().nullable());

/**
 * What a job was to be told apart by, as its workflow was told: the first event of its history. Undefined once Temporal has forgotten it.
 */
export async function readCategories(
  { client, store }: { readonly client: Client; readonly store: ObjectStore },
  jobId: string,
): Promise<readonly Category[] | undefined> {
  const parsed = inputSchema.safeParse(await readInput(client, jobId));
  if (!parsed.success) return undefined;
  const { categories, descriptionsKey } = parsed.data;
  const descriptions = descriptionsKey === undefined ? [] : await readDescriptions(store, descriptionsKey);
  return categories.map((category, index) => {
    const { name, description } = typeof category === 'string' ? { name: category } : category;
    return { name, ...toDescription(description ?? descriptions[index]) };
  });
}

function toDescription(description: string | null | undefined): Pick<Category, 'description'> {
  return description === null || description === undefined ? {} : { description };
}

async function readInput(client: Client, workflowId: string): Promise<unknown> {
  try {
    const { history } = await callTemporal(client, deadlineMs, () =>
      client.workflowService.getWorkflowExecutionHistory({
        namespace: client.options.namespace,
        execution: { workflowId },
        maximumPageSize: 1,
      }),
    );
    const payload = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
    return payload && defaultPayloadConverter.fromPayload(payload);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || grpcCode(error) === grpcNotFound) return undefined;
    throw error;
  }
}

async function readDescriptions(store: ObjectStore, key: string): Promise<readonly (string | null)[]> {
  return (await readJson(store, key, (value) => descriptionsSchema.parse(value)))?.value ?? [];
}
