import type { Client } from '@temporalio/client';
import { z } from 'zod';
import type { Category } from '../domain/category.ts';
import { readJson } from '../records/json-documents.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { readOwnStart } from './own-start.ts';

const inputSchema = z.object({
  categories: z.array(z.union([z.string(), z.object({ name: z.string(), description: z.string().nullish() })])),
  descriptionsKey: z.string().optional(),
});
const descriptionsSchema = z.array(z.string().nullable());

/** The categories of a job, from the first event of its history. Undefined once Temporal has forgotten it. */
export async function readCategories(
  dependencies: { readonly client: Client; readonly store: ObjectStore },
  tenant: string,
  jobId: string,
): Promise<readonly Category[] | undefined> {
  const start = await readOwnStart(dependencies, tenant, jobId);
  return start && categoriesOfInput(dependencies.store, start.input);
}

/** The categories in a workflow's input; undefined if that is not our input. */
export async function categoriesOfInput(store: ObjectStore, input: unknown): Promise<readonly Category[] | undefined> {
  const parsed = inputSchema.safeParse(input);
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

async function readDescriptions(store: ObjectStore, key: string): Promise<readonly (string | null)[]> {
  return (await readJson(store, key, (value) => descriptionsSchema.parse(value)))?.value ?? [];
}
