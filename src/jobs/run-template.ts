import type { Category } from '../domain/category.ts';
import type { ClassifyDocumentInput } from '../domain/contract.ts';
import { patienceLimits } from '../domain/waiting.ts';
import type { PageSelection } from '../domain/page-selection.ts';
import { bytesOf, problemOfQuestionSize } from '../domain/question-size.ts';
import { parseWorkflowInput } from '../domain/workflow-input.ts';
import { writeJson } from '../records/json-documents.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { RunRequest } from '../records/jobs/job-request.ts';

/** How to classify a document: the common part of all runs of a batch. */
export interface RunTemplateRequest {
  readonly tenant: string;
  readonly categories: readonly Category[];
  readonly instructions?: string;
  readonly selection: PageSelection;
  readonly unknown?: 'allow';
  /** The category for what fits none of the others. */
  readonly catchAll?: string;
  /** How long each run waits for the operator. */
  readonly patienceSeconds?: number;
}

/** Longer descriptions go by object key: every page's activity would repeat them in the history. */
const maxInlineDescriptionBytes = 16_384;
/** Of all pages together. */
const maxRepeatedDescriptionBytes = 2_000_000;

export interface TemplateKeys {
  /** The key for descriptions that are too long for a history. */
  readonly descriptionsKey: string;
  /** The key of a JSON object with the `instructions`, which may quote anything. */
  readonly instructionsKey: string;
}

/** Builds a workflow's input without its document. */
export async function toRunTemplate(
  request: RunTemplateRequest,
  { descriptionsKey, instructionsKey }: TemplateKeys,
  store: ObjectStore,
): Promise<Omit<ClassifyDocumentInput, 'source'>> {
  const { tenant, instructions, selection, unknown, catchAll, patienceSeconds } = request;
  return {
    schemaVersion: 1,
    tenant,
    ...(await toCategories(request, descriptionsKey, store)),
    pages: { ranges: selection.ranges, maxPages: selection.maxPages },
    ...(instructions !== undefined && { instructionsKey }),
    ...(unknown && { unknown }),
    ...(catchAll !== undefined && { catchAll }),
    ...(patienceSeconds !== undefined && patienceSeconds !== patienceLimits.defaultSeconds && { patienceSeconds }),
  };
}

/** The event options of a run or batch; none for an evaluation, which sends no events. */
export function eventsOf({
  source,
  classifier,
}: Pick<RunRequest, 'source' | 'classifier'>): Pick<ClassifyDocumentInput, 'events'> {
  if (source === 'EVALUATION') return {};
  return { events: classifier ? { classifierId: classifier.id } : {} };
}

/**
 * Checks a request with the workflow's own code before anything is stored or started, so that the workflow refuses
 * nothing later. Throws `invalid_request` or `invalid_categories`.
 */
export function checkRequest(
  { categories, catchAll, selection }: RunTemplateRequest,
  document: Partial<ClassifyDocumentInput> = {},
): void {
  const inline = areInline(categories, selection) ? categories : categories.map(({ name }) => ({ name }));
  const tooLarge = problemOfQuestionSize({ categories: inline, maxPages: selection.maxPages });
  if (tooLarge) throw tooLarge;
  parseWorkflowInput({
    source: { kind: 'inline', base64: 'eA==' },
    ...document,
    categories: inline,
    pages: selection,
    ...(catchAll !== undefined && { catchAll }),
  });
}

/** Measures them as in a history: a control character takes six bytes, an ideograph three. */
function areInline(categories: readonly Category[], { maxPages }: PageSelection): boolean {
  const bytes = bytesOf(categories.map(({ description = '' }) => description));
  return bytes <= maxInlineDescriptionBytes && bytes * maxPages <= maxRepeatedDescriptionBytes;
}

async function toCategories(
  { categories, selection }: RunTemplateRequest,
  descriptionsKey: string,
  store: ObjectStore,
): Promise<Pick<ClassifyDocumentInput, 'categories' | 'descriptionsKey'>> {
  if (areInline(categories, selection)) return { categories };
  await writeJson(
    store,
    descriptionsKey,
    categories.map(({ description }) => description ?? null),
  );
  return { categories: categories.map(({ name }) => ({ name })), descriptionsKey };
}
