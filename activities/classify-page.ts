import { Context } from '@temporalio/activity';
import { z } from 'zod';
import type { Category } from '../src/domain/category.ts';
import type { PageResult } from '../src/domain/contract.ts';
import { ClassifierError } from '../src/domain/errors.ts';
import type { PageReference } from '../src/domain/page.ts';
import type { PageClassifier } from '../src/classifier/page-classifier.ts';
import { readJson } from '../src/records/json-documents.ts';
import { jobKeys } from '../src/records/keys.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import type { Circuit } from '../src/waiting/circuit.ts';
import { classifiablePage } from './classifiable-page.ts';
import { withOwnObjects } from './own-objects.ts';
import { fitPageResult } from './fit-page-result.ts';
import { type Reading, runReadingStep } from './reading-step.ts';
import { waitingOf } from './run-step.ts';

export interface ClassifyPageInput {
  readonly tenant: string;
  readonly jobId: string;
  readonly page: PageReference;
  readonly pageCount: number;
  readonly categories: readonly Category[];
  readonly descriptionsKey?: string;
  readonly instructions?: string;
  readonly instructionsKey?: string;
  readonly unknown?: 'allow';
  readonly catchAll?: string;
  /** True if the run can wait for the operator; such a failure then ends the activity at once. */
  readonly canWait?: boolean;
}

/** The page's result. The classifier's name is recorded once for the document. */
export interface ClassifyPageResult {
  readonly page: PageResult;
  readonly classifier: { readonly name: string; readonly model: string };
}

export interface ClassifyPageDependencies {
  readonly store: ObjectStore;
  readonly classifier: PageClassifier;
  readonly circuits: readonly Circuit[];
}

const instructionsSchema = z.looseObject({ instructions: z.string() });
/** One for each category; null where it has none. */
const descriptionsSchema = z.array(z.string().nullish()).catch([]);

/** Longest raw answer that a history may hold; a model's answer is a label, not a page. */
const maxRawResultLength = 250;

/** A model takes so long that the run may be closed meanwhile; checking costs little in comparison. */
const askAlways = 0;

/** Judges one page. The reasoning goes into the store, because it quotes the page. */
export function createClassifyPage(dependencies: ClassifyPageDependencies) {
  return async function classifyPage(input: ClassifyPageInput): Promise<ClassifyPageResult> {
    const { jobId, page } = input;
    return runReadingStep(
      { jobId, pageNumber: page.pageNumber },
      (signal, reading) =>
        withOwnObjects(
          dependencies.store,
          input,
          (store) => classify({ ...dependencies, store }, input, { signal, reading }),
          askAlways,
        ),
      waitingOf(input, dependencies),
    );
  };
}

async function classify(
  { store, classifier }: ClassifyPageDependencies,
  input: ClassifyPageInput,
  { signal, reading }: { readonly signal: AbortSignal; readonly reading: Reading },
): Promise<ClassifyPageResult> {
  const startedAt = Date.now();
  const { jobId, page } = input;
  const instructions = await instructionsOf(input, store);
  const answer = await classifier.classifyPage({
    page: classifiablePage(input, store),
    categories: await withDescriptions(input, store),
    seed: `${jobId}:${page.pageNumber}`,
    signal,
    reading,
    ...(instructions !== undefined && { instructions }),
    ...(input.unknown === 'allow' && { mayBeUnknown: true }),
    ...(input.catchAll !== undefined && { catchAll: input.catchAll }),
  });
  const lost = await storeReasoning(store, input, answer.reasoning, signal);
  const warnings = [...(page.warnings ?? []), ...(answer.warnings ?? []), ...lost];
  return {
    classifier: { name: classifier.name, model: classifier.model },
    page: fitPageResult(
      {
        pageNumber: page.pageNumber,
        success: true,
        classification: answer.classification,
        confidence: answer.confidence,
        rawResult: answer.rawResult.slice(0, maxRawResultLength),
        confidenceSource: answer.confidenceSource,
        candidates: answer.candidates,
        durationMs: Date.now() - startedAt,
        ...(answer.usage && { usage: answer.usage }),
        ...(warnings.length > 0 && { warnings }),
      },
      input.pageCount,
    ),
  };
}

/** Stores the reasoning. Returns a warning instead of failing: a lost reason must not cost a paid answer. */
async function storeReasoning(
  store: ObjectStore,
  { tenant, jobId, page }: ClassifyPageInput,
  reasoning: string | undefined,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (reasoning === undefined) return [];
  const key = jobKeys(tenant, jobId).reasoning(page.pageNumber);
  try {
    await store.put(key, Buffer.from(JSON.stringify({ reasoning })), { contentType: 'application/json', signal });
    return [];
  } catch (error) {
    if (signal.aborted || !(error instanceof ClassifierError)) throw error;
    Context.current().log.warn('reasoning was not stored', { code: error.code });
    return ['The reason that the model gave could not be stored.'];
  }
}

async function withDescriptions(input: ClassifyPageInput, store: ObjectStore): Promise<readonly Category[]> {
  if (input.descriptionsKey === undefined) return input.categories;
  const found = await readJson(store, input.descriptionsKey, (value) => descriptionsSchema.parse(value));
  if (!found)
    throw new ClassifierError('document_missing', 'The descriptions of the categories are no longer in the store.');
  return input.categories.map((category, index) => {
    const description = found.value[index];
    return typeof description === 'string' ? { ...category, description } : category;
  });
}

async function instructionsOf(input: ClassifyPageInput, store: ObjectStore): Promise<string | undefined> {
  const { instructions, instructionsKey } = input;
  if (instructions !== undefined || instructionsKey === undefined) return instructions;
  const found = await readJson(store, instructionsKey, (value) => instructionsSchema.parse(value));
  if (!found)
    throw new ClassifierError('document_missing', 'The instructions of the request are no longer in the store.');
  return found.value.instructions;
}
