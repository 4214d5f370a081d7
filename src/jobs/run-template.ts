import type { Category } from '../domain/category.ts';
import type { ClassifyDocumentInput } from '../domain/contract.ts';
import { patienceLimits } from '../domain/waiting.ts';
import type { PageSelection } from '../domain/page-selection.ts';
import { parseWorkflowInput } from '../domain/workflow-input.ts';
import { writeJson } from '../records/json-documents.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { RunRequest } from '../records/jobs/job-request.ts';

/** How a document is to be classified, whichever it is: what all runs of a batch have in common. */
export interface RunTemplateRequest {
  readonly tenant: string;
  readonly categories: readonly Category[];
  readonly instructions?: string;
  readonly selection: PageSelection;
  readonly unknown?: 'allow';
  /** The category for what fits none of the others. */
  readonly catchAll?: string;
  /** How long each run waits for what only the operator can mend. */
  readonly patienceSeconds?: number;
}

/** Descriptions that are longer in all go by object key: every page's activity would repeat them in the history. */
const maxInlineDescriptions = 16_384;

export interface TemplateKeys {
  /** Where descriptions are put that are too long for a history. */
  readonly descriptionsKey: string;
  /** Of a JSON object that holds the `instructions`, which may quote anything. */
  readonly instructionsKey: string;
}

/** A workflow's input without its document. */
export async function toRunTemplate(
  request: RunTemplateRequest,
  { descriptionsKey, instructionsKey }: TemplateKeys,
  store: ObjectStore,
): Promise<Omit<ClassifyDocumentInput, 'source'>> {
  const { tenant, categories, instructions, selection, unknown, catchAll, patienceSeconds } = request;
  return {
    schemaVersion: 1,
    tenant,
    ...(await toCategories(categories, descriptionsKey, store)),
    pages: { ranges: selection.ranges, maxPages: selection.maxPages },
    ...(instructions !== undefined && { instructionsKey }),
    ...(unknown && { unknown }),
    ...(catchAll !== undefined && { catchAll }),
    ...(patienceSeconds !== undefined && patienceSeconds !== patienceLimits.defaultSeconds && { patienceSeconds }),
  };
}

/**
 * The end of a run, or of a batch, is told, unless it was made for an evaluation, which tells of nothing but itself.
 */
export function eventsOf({
  source,
  classifier,
}: Pick<RunRequest, 'source' | 'classifier'>): Pick<ClassifyDocumentInput, 'events'> {
  if (source === 'EVALUATION') return {};
  return { events: classifier ? { classifierId: classifier.id } : {} };
}

/**
 * Checks a request by the code of the workflow, before anything of it is stored or started: what that one would refuse
 * is refused here. Throws `invalid_request` or `invalid_categories`.
 */
export function checkRequest(
  { categories, catchAll, selection }: RunTemplateRequest,
  document: Partial<ClassifyDocumentInput> = {},
): void {
  const inline = areInline(categories) ? categories : categories.map(({ name }) => ({ name }));
  parseWorkflowInput({
    source: { kind: 'inline', base64: 'eA==' },
    ...document,
    categories: inline,
    pages: selection,
    ...(catchAll !== undefined && { catchAll }),
  });
}

/** Measured as a history holds them: a control character takes six. */
function areInline(categories: readonly Category[]): boolean {
  return JSON.stringify(categories.map(({ description = '' }) => description)).length <= maxInlineDescriptions;
}

async function toCategories(
  categories: readonly Category[],
  descriptionsKey: string,
  store: ObjectStore,
): Promise<Pick<ClassifyDocumentInput, 'categories' | 'descriptionsKey'>> {
  if (areInline(categories)) return { categories };
  await writeJson(
    store,
    descriptionsKey,
    categories.map(({ description }) => description ?? null),
  );
  return { categories: categories.map(({ name }) => ({ name })), descriptionsKey };
}
