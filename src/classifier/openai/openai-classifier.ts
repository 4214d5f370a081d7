import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import type { Logger } from 'pino';
import { cancelled } from '../../domain/error-sentences.ts';
import { ClassifierError } from '../../domain/errors.ts';
import {
  withUnknown,
  type PageClassification,
  type PageClassificationRequest,
  type PageClassifier,
} from '../page-classifier.ts';
import { readAnswer, resolveAnswer, type StatedAnswer } from './answer.ts';
import { createChatCompletions, type ChatCompletions, type Completion } from './chat-completions.ts';
import { measureConfidence } from './confidence.ts';
import { modelRefused, toModelError } from './model-errors.ts';
import { assignOptions, type Option } from './option-codes.ts';
import { buildMessages, buildSecondQuestion } from './prompt.ts';

export interface OpenAiClassifierOptions {
  readonly apiKey: string;
  /** Of any server that speaks Chat Completions. */
  readonly baseUrl: string;
  readonly model: string;
  /** For one page, all questions about it together. */
  readonly timeoutMs: number;
  readonly maxOutputTokens: number;
  /** How much of a page's text layer goes into the prompt, in characters. */
  readonly maxTextLength?: number | undefined;
  readonly logger: Logger;
}

/** About 1,500 tokens: the head of a page says what it is, and the image shows the rest. */
const defaultMaxTextLength = 6000;

/**
 * Classifies a page by a model behind the Chat Completions protocol: page image, text layer and categories in one
 * question, a code as the answer, the code's log-probability as the confidence.
 */
export function createOpenAiClassifier(options: OpenAiClassifierOptions): PageClassifier {
  const { apiKey, baseUrl, model, timeoutMs, maxOutputTokens, logger } = options;
  if (!/^[\x21-\x7e]+$/u.test(apiKey)) {
    throw new ClassifierError('model_auth', 'OPENAI_API_KEY is empty or holds characters that no key has.');
  }
  const chat = createChatCompletions({ apiKey, baseUrl, model, timeoutMs, maxOutputTokens, logger });
  const maxTextLength = options.maxTextLength ?? defaultMaxTextLength;

  return {
    name: 'openai',
    model,
    async classifyPage(request) {
      const timeout = AbortSignal.timeout(timeoutMs);
      const signal = AbortSignal.any([request.signal, timeout]);
      try {
        const question = await untilAborted(prepareQuestion(request, maxTextLength), signal);
        return await ask(chat, question, signal);
      } catch (error) {
        if (request.signal.aborted) throw cancelled();
        if (error instanceof ClassifierError) throw error;
        throw toModelError(error, { model, timeoutMs, isTimedOut: timeout.aborted });
      }
    },
  };
}

interface Question {
  readonly options: readonly Option[];
  readonly messages: readonly ChatCompletionMessageParam[];
}

async function prepareQuestion(request: PageClassificationRequest, maxTextLength: number): Promise<Question> {
  const { page, instructions } = request;
  const seed = `${request.seed}/${page.pageNumber}`;
  const [text, image] = await Promise.all([page.text(), page.image()]);
  const options = assignOptions(withUnknown(request), seed);
  const { pageNumber, pageCount } = page;
  const messages = buildMessages({
    options,
    instructions,
    pageNumber,
    pageCount,
    pageText: text.text,
    image,
    maxTextLength,
    seed,
  });
  return { options, messages };
}

async function ask(chat: ChatCompletions, question: Question, signal: AbortSignal): Promise<PageClassification> {
  const { options, messages } = question;
  const codes = options.map((option) => option.code);
  const first = await chat.complete(messages, codes, signal);
  const answer = readCompletion(first, options);
  if (answer) return toClassification(answer, first, options, [first]);
  const second = await chat.complete(buildSecondQuestion(messages, options), codes, signal);
  const secondAnswer = readCompletion(second, options);
  if (secondAnswer) return toClassification(secondAnswer, second, options, [first, second]);
  throw new ClassifierError('model_output_invalid', "The model's answer is none of the categories, asked twice.");
}

type ReadAnswer = StatedAnswer & NonNullable<ReturnType<typeof resolveAnswer>>;

/** Undefined where the answer names no option, which is worth a second question. */
function readCompletion(completion: Completion, options: readonly Option[]): ReadAnswer | undefined {
  if (completion.isRefused || completion.finishReason === 'content_filter') throw modelRefused();
  if (completion.finishReason === 'length') {
    throw new ClassifierError('model_output_invalid', "The model's answer was cut off before its end.");
  }
  const stated = readAnswer(completion.content);
  const resolved = resolveAnswer(stated.option, options);
  return resolved && { ...stated, ...resolved };
}

function toClassification(
  answer: ReadAnswer,
  completion: Completion,
  options: readonly Option[],
  completions: readonly Completion[],
): PageClassification {
  const inputTokens = completions.reduce((sum, each) => sum + each.inputTokens, 0);
  const outputTokens = completions.reduce((sum, each) => sum + each.outputTokens, 0);
  return {
    classification: answer.category.name,
    rawResult: answer.rawResult,
    ...measureConfidence(answer, completion.tokens, options),
    ...(answer.reason ? { reasoning: answer.reason } : {}),
    usage: { inputTokens, outputTokens },
  };
}

/** Rejects at once when the signal aborts, also while something that knows no signal is awaited. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
