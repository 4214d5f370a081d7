import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import type { Logger } from 'pino';
import { cancelled } from '../../domain/error-sentences.ts';
import { ClassifierError, factsOf } from '../../domain/errors.ts';
import { createCircuit, type Circuit } from '../../waiting/circuit.ts';
import {
  withUnknown,
  type PageClassification,
  type PageClassificationRequest,
  type PageClassifier,
} from '../page-classifier.ts';
import { isWhole, readAnswer, resolveAnswer, type StatedAnswer } from './answer.ts';
import {
  createChatCompletions,
  type ChatAnswer,
  type ChatCompletions,
  type ChatQuestion,
  type ReasoningEffort,
} from './chat-completions.ts';
import { measureConfidence } from './confidence.ts';
import { createLimitWatch } from './limit-watch.ts';
import { contextTooSmall, modelRefused, readRejection, toModelError, toPageError } from './model-errors.ts';
import { assignOptions, type Option } from './option-codes.ts';
import { buildMessages, buildSecondQuestion } from './prompt.ts';
import { isTooLong } from './rejections.ts';
import { untilAborted } from './until-aborted.ts';

export interface OpenAiClassifierOptions {
  readonly apiKey: string;
  /** Of any server that speaks Chat Completions. */
  readonly baseUrl: string;
  /** Of Azure's dated API alone: its `api-version`. */
  readonly apiVersion?: string | undefined;
  readonly model: string;
  /** Of models that think: how much. */
  readonly reasoningEffort?: ReasoningEffort | undefined;
  /** For one page, all questions about it together. */
  readonly timeoutMs: number;
  readonly maxOutputTokens: number;
  /** How much of a page's text layer goes into the prompt, in characters. */
  readonly maxTextLength?: number | undefined;
  /** While the endpoint cannot be used: to which the pauses grow after which it is asked whether it can. */
  readonly longestPauseMs?: number | undefined;
  readonly logger: Logger;
}

export interface OpenAiClassifier extends PageClassifier, AsyncDisposable {
  readonly circuit: Circuit;
}

const defaultLongestPauseMs = 10_000;
/** A page that failed waits no longer to hear whether it is alone in that: the next attempt finds out. */
const longestDoubtMs = 10_000;
/** About 4,000 tokens. A question that is no longer and has no room in the model's context says that no page has. */
const ordinaryLength = 16_000;

/** About 1,500 tokens: the head of a page says what it is, and the image shows the rest. */
const defaultMaxTextLength = 6000;
/** How much more room an answer gets that was cut off: enough for a model that thought first. */
const secondRoom = 4;

/**
 * Classifies a page by a model behind the Chat Completions protocol: page image, text layer and categories in one
 * question, a code as the answer, the code's log-probability as the confidence.
 */
export function createOpenAiClassifier(options: OpenAiClassifierOptions): OpenAiClassifier {
  const { apiKey, baseUrl, model, timeoutMs, longestPauseMs = defaultLongestPauseMs, logger } = options;
  if (!/^[\x21-\x7e]+$/u.test(apiKey)) {
    throw new ClassifierError('model_auth', 'OPENAI_API_KEY is empty or holds characters that no key has.');
  }
  const chat = createChatCompletions(options);
  const maxTextLength = options.maxTextLength ?? defaultMaxTextLength;
  const circuit = createCircuit({ waitsFor: 'model', check: (signal) => chat.check(signal), longestPauseMs, logger });
  const limits = createLimitWatch(longestPauseMs);

  /** Whether the page or the endpoint may be at fault: the endpoint's probe tells. */
  function isDoubtful(error: unknown): boolean {
    if (!(error instanceof ClassifierError)) return false;
    if (error.code === 'model_rate_limited') return limits.isDoubtful(error);
    return (
      factsOf(error.code).waitsFor === 'model' || ['model_timeout', 'model_error', 'internal'].includes(error.code)
    );
  }

  async function classify(request: PageClassificationRequest): Promise<PageClassification> {
    await chat.ready(request.signal).catch((error: unknown) => {
      if (error instanceof ClassifierError) circuit.failed(error);
      throw error;
    });
    const { reading = (read) => read() } = request;
    let question: Question | undefined;
    let timeout: AbortSignal | undefined;
    let { signal } = request;
    try {
      question = await reading(() => {
        // Its turn to read is not the model's time.
        timeout = AbortSignal.timeout(timeoutMs);
        signal = AbortSignal.any([request.signal, timeout]);
        return untilAborted(prepareQuestion(request, maxTextLength), signal);
      });
      return await ask(chat, question, signal);
    } catch (error) {
      if (error instanceof ClassifierError) throw error;
      const failure = toModelError(error, { model, baseUrl, timeoutMs, isTimedOut: timeout?.aborted === true });
      const isShort = question && lengthOf(question) <= ordinaryLength;
      throw failure.code === 'payload_too_large' && isShort ? contextTooSmall(failure.cause) : failure;
    }
  }

  return {
    name: 'openai',
    model,
    circuit,
    async classifyPage(request) {
      circuit.refuse();
      const startedAt = performance.now();
      try {
        const answer = await classify(request);
        circuit.succeeded();
        limits.succeeded();
        return answer;
      } catch (error) {
        const isDoubted = !request.signal.aborted && isDoubtful(error);
        const works =
          isDoubted &&
          (await circuit.doubt(startedAt, AbortSignal.any([request.signal, AbortSignal.timeout(longestDoubtMs)])));
        if (request.signal.aborted) throw cancelled();
        if (isDoubted) circuit.refuse();
        throw works ? toPageError(error) : error;
      }
    },
    [Symbol.asyncDispose]: () => circuit[Symbol.asyncDispose](),
  };
}

/** Characters of all that is asked beside the image. */
function lengthOf({ messages }: Question): number {
  const texts = messages.flatMap(({ content }) => {
    if (typeof content === 'string') return [content];
    return (content ?? []).flatMap((part) => ('text' in part ? [part.text] : []));
  });
  return texts.reduce((sum, text) => sum + text.length, 0);
}

interface Question extends Omit<ChatQuestion, 'room'> {
  readonly options: readonly Option[];
  /** The page is so long that its image shows its beginning and its end alone. */
  readonly isShownInPart: boolean;
}

async function prepareQuestion(request: PageClassificationRequest, maxTextLength: number): Promise<Question> {
  const { page, instructions } = request;
  const seed = `${request.seed}/${page.pageNumber}`;
  const [text, image, neighbours = []] = await Promise.all([
    page.text(),
    page.sheet ? page.sheet.image() : page.image(),
    page.neighbours?.(),
  ]);
  const options = assignOptions(withUnknown(request), seed);
  const { pageNumber, pageCount } = page;
  const messages = buildMessages({
    options,
    instructions,
    pageNumber,
    pageCount,
    pageText: text.text,
    neighbours,
    image,
    sheet: page.sheet,
    maxTextLength,
    seed,
  });
  return {
    options,
    messages,
    codes: options.map((option) => option.code),
    hasImage: image !== undefined,
    isShownInPart: page.sheet?.isWhole === false,
    hasText: text.text.trim() !== '',
  };
}

async function ask(chat: ChatCompletions, question: Question, signal: AbortSignal): Promise<PageClassification> {
  const { options, messages } = question;
  const answers: ChatAnswer[] = [];
  let room = 1;

  async function put(asked: readonly ChatCompletionMessageParam[]): Promise<ReadAnswer | undefined> {
    const answer = await chat.complete({ ...question, messages: asked, room }, signal).catch(refuse);
    answers.push(answer);
    if (answer.finishReason !== 'length' || isWhole(answer.content)) return readOption(answer, options);
    if (room > 1) throw cutOff();
    room = secondRoom;
    return await put(asked);
  }

  /** More room than the model's context has left is no reason to call the page too long. */
  function refuse(error: unknown): never {
    const rejection = readRejection(error);
    throw room > 1 && rejection && isTooLong(rejection) ? cutOff() : error;
  }

  const read = (await put(messages)) ?? (await put(buildSecondQuestion(messages, options)));
  const last = answers.at(-1);
  if (read && last) return toClassification(read, last, question, answers);
  throw new ClassifierError('model_output_invalid', 'The model answered twice with none of the categories.');
}

type ReadAnswer = StatedAnswer & NonNullable<ReturnType<typeof resolveAnswer>>;

/** Undefined where the answer names no option, which is worth a second question. */
function readOption(answer: ChatAnswer, options: readonly Option[]): ReadAnswer | undefined {
  if (answer.isRefused || answer.finishReason.startsWith('content_filter')) throw modelRefused();
  const stated = readAnswer(answer.content);
  const resolved = stated && resolveAnswer(stated.option, options);
  return stated && resolved && { ...stated, ...resolved };
}

function toClassification(
  read: ReadAnswer,
  last: ChatAnswer,
  { options, hasImage, isShownInPart }: Question,
  answers: readonly ChatAnswer[],
): PageClassification {
  const inputTokens = answers.reduce((sum, each) => sum + each.inputTokens, 0);
  const outputTokens = answers.reduce((sum, each) => sum + each.outputTokens, 0);
  const warnings = hasImage ? [...warningsOf(last), ...(isShownInPart ? [shownInPart] : [])] : [];
  return {
    classification: read.category.name,
    rawResult: read.rawResult,
    ...measureConfidence(read, last, options),
    ...(read.reason ? { reasoning: read.reason } : {}),
    ...(warnings.length > 0 ? { warnings } : {}),
    usage: { inputTokens, outputTokens },
  };
}

const shownInPart = 'This page is very long: the model saw its beginning and its end, not what lies between.';

/** Notes for the answer's reader about the model. */
function warningsOf({ isWithoutImage, knowledge }: ChatAnswer): string[] {
  if (isWithoutImage) return ['The model does not take images: the page was judged by its text layer alone.'];
  if (knowledge.seesImages !== false) return [];
  return ['The model could not read a test picture: it may not see what the page looks like.'];
}

function cutOff(): ClassifierError {
  const detail = "The model's answer was cut off before its end, asked twice. Raise MODEL_MAX_OUTPUT_TOKENS.";
  return new ClassifierError('model_output_invalid', detail);
}
