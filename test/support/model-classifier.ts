import { pino } from 'pino';
import { createOpenAiClassifier, type OpenAiClassifierOptions } from '../../src/classifier/openai/openai-classifier.ts';
import type { PageClassification, PageClassificationRequest } from '../../src/classifier/page-classifier.ts';
import { ClassifierError } from '../../src/domain/errors.ts';
import { buildPage } from './classifiable-page.ts';
import type { OpenAiStandIn } from './openai-stand-in/server.ts';

/** Two categories and a page of text, for tests in which neither matters. */
export function pageRequest(overrides: Partial<PageClassificationRequest> = {}): PageClassificationRequest {
  return {
    page: buildPage({ text: 'INVOICE' }),
    categories: [{ name: 'invoice' }, { name: 'letter' }],
    seed: 'job-7',
    signal: new AbortController().signal,
    ...overrides,
  };
}

/** The classifier of a worker that is told of the stand-in. */
export function classifierOf(server: OpenAiStandIn, overrides: Partial<OpenAiClassifierOptions> = {}) {
  const { apiKey, baseUrl } = server;
  return createOpenAiClassifier({
    apiKey,
    baseUrl,
    model: 'stand-in',
    timeoutMs: 20_000,
    maxOutputTokens: 300,
    logger: pino({ level: 'silent' }),
    ...overrides,
  });
}

/** Classifies one page as a worker does that has just started. */
export async function classifyOn(
  server: OpenAiStandIn,
  overrides: Partial<OpenAiClassifierOptions> = {},
  request: Partial<PageClassificationRequest> = {},
): Promise<PageClassification> {
  return await classifierOf(server, overrides).classifyPage(pageRequest(request));
}

export async function failureOf(work: Promise<unknown>): Promise<ClassifierError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ClassifierError) return error;
  throw new Error('expected a ClassifierError', { cause: error });
}
