import type {
  ChatCompletionCreateParamsNonStreaming,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import type { Logger } from 'pino';
import type { ResponseFormatJSONSchema } from 'openai/resources/shared';
import { ClassifierError } from '../../domain/errors.ts';
import { initialCapabilities, type Capabilities } from './capabilities.ts';
import { createCapabilityCache, type CapabilityCache, type ProbedCapabilities } from './capability-cache.ts';
import { readCompletion, type Completion } from './completion.ts';
import { createModelClient, type Endpoint } from './model-client.ts';
import { imageNotTaken, isCutOffError, readRejection, toModelError, toProbeError } from './model-errors.ts';
import { maxSteps, probeModel } from './probe.ts';
import { lowerCapabilities } from './rejections.ts';

export type ReasoningEffort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max';

interface ChatCompletionsOptions extends Endpoint {
  readonly model: string;
  readonly maxOutputTokens: number;
  readonly reasoningEffort?: ReasoningEffort | undefined;
  readonly logger: Logger;
}

export interface ChatQuestion {
  readonly messages: readonly ChatCompletionMessageParam[];
  /** The possible answers. */
  readonly codes: readonly string[];
  readonly hasImage: boolean;
  /** Whether the question can be answered from its text, should the model read no images. */
  readonly hasText: boolean;
  /** How many times the usual number of tokens the answer may have. */
  readonly room: number;
}

export interface ChatAnswer extends Completion {
  /** Whether the question was asked without the image that it has. */
  readonly isWithoutImage: boolean;
  readonly knowledge: ProbedCapabilities;
}

export interface ChatCompletions {
  /** Waits until it is known what the endpoint does. */
  ready(signal: AbortSignal): Promise<void>;
  /**
   * Finds out anew whether the endpoint answers at all, by the probe. Throws a ClassifierError that says why it does
   * not.
   */
  check(signal: AbortSignal): Promise<void>;
  /**
   * Asks one question. Throws whatever the client throws; a request that the server can't take is asked again, with
   * less.
   */
  complete(question: ChatQuestion, signal: AbortSignal): Promise<ChatAnswer>;
}

/** A letter and a sentence. A model that thinks longer is cut off, and has said by then what it does not take. */
const maxProbeTokens = 256;

/** Pages wait for a model that sees: whether there is one by now is asked this often. */
const trustBlindnessMs = 30_000;

type Send = (
  capabilities: Capabilities,
  question: Pick<ChatQuestion, 'messages' | 'codes'> & { readonly maxTokens: number },
  signal: AbortSignal,
) => Promise<Completion>;

/** One model behind one endpoint, and what is known of it as long as this lives. */
export function createChatCompletions(options: ChatCompletionsOptions): ChatCompletions {
  const { model, maxOutputTokens } = options;
  const send = createSend(options);
  let foundAt = Number.NEGATIVE_INFINITY;
  const cache = createCapabilityCache({
    initial: initialCapabilities(options),
    async probe(atMost, signal) {
      const found = await probe(options, send, atMost, signal);
      foundAt = performance.now();
      return found;
    },
  });

  return {
    async ready(signal) {
      await cache.get(signal);
    },
    async check(signal) {
      await cache.renew(signal);
    },
    async complete(question, signal) {
      let knowledge = await cache.get(signal);
      let takesImage = true;
      for (let step = 1; ; step++) {
        const known = knowledge.capabilities;
        const capabilities: Capabilities = { ...known, images: known.images && takesImage };
        if (question.hasImage && !capabilities.images && !question.hasText) {
          if (performance.now() - foundAt < trustBlindnessMs) throw imageNotTaken(model);
          knowledge = await cache.renew(signal);
          continue;
        }
        try {
          const maxTokens = maxOutputTokens * question.room;
          const completion = await send(capabilities, { ...question, maxTokens }, signal);
          watchLogprobs(cache, knowledge, completion);
          return { ...completion, isWithoutImage: question.hasImage && !capabilities.images, knowledge };
        } catch (error) {
          const rejection = readRejection(error);
          const lowered: Capabilities | undefined = rejection && lowerCapabilities(capabilities, rejection);
          if (!lowered || step >= maxSteps) throw error;
          takesImage = lowered.images;
          // One page's odd image must not cost the others theirs: whether images are taken is for the probe to say.
          knowledge = await cache.contradict(knowledge, { ...lowered, images: known.images }, signal);
        }
      }
    },
  };
}

/** A probe has a clock of its own: a local server may load its model first, which must not count against a page. */
async function probe(
  { model, baseUrl, timeoutMs, maxOutputTokens, logger }: ChatCompletionsOptions,
  send: Send,
  atMost: Capabilities,
  signal: AbortSignal,
): Promise<ProbedCapabilities> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const either = AbortSignal.any([signal, timeout]);
  const maxTokens = Math.min(maxOutputTokens, maxProbeTokens);
  try {
    const knowledge = await probeModel({
      ask: (capabilities, messages, codes) => send(capabilities, { messages, codes, maxTokens }, either),
      atMost,
      onLowered: (capabilities, why) =>
        logger.warn({ model, why, ...capabilities }, 'model server lacks something, asking without it'),
    });
    logger.info({ model, seesImages: knowledge.seesImages, ...knowledge.capabilities }, 'model was probed');
    if (knowledge.seesImages === false) logger.warn({ model }, 'model did not read the test picture');
    return knowledge;
  } catch (error) {
    const failure =
      error instanceof ClassifierError
        ? error
        : toModelError(error, { model, baseUrl, timeoutMs, isTimedOut: timeout.aborted });
    throw toProbeError(failure);
  }
}

function watchLogprobs(cache: CapabilityCache, knowledge: ProbedCapabilities, { tokens, content }: Completion): void {
  if (knowledge.capabilities.topLogprobs === undefined || content === '') return;
  if (tokens.length > 0) cache.seeLogprobs();
  else cache.missLogprobs(knowledge);
}

function createSend(options: ChatCompletionsOptions): Send {
  const { model, reasoningEffort } = options;
  const client = createModelClient(options);
  return async (capabilities, { messages, codes, maxTokens }, signal) => {
    const { structuredOutput, topLogprobs, tokenLimit, temperature, images } = capabilities;
    const parameters: ChatCompletionCreateParamsNonStreaming = {
      model,
      messages: images ? [...messages] : messages.map(withoutImages),
      ...(structuredOutput === 'json_schema' ? { response_format: answerFormat(codes) } : {}),
      ...(structuredOutput === 'json_object' ? { response_format: { type: 'json_object' } } : {}),
      ...(topLogprobs === undefined ? {} : { logprobs: true }),
      ...(topLogprobs ? { top_logprobs: topLogprobs } : {}),
      ...(tokenLimit === 'none' ? {} : { [tokenLimit]: maxTokens }),
      ...(temperature ? { temperature: 0 } : {}),
      ...(reasoningEffort && capabilities.reasoningEffort ? { reasoning_effort: reasoningEffort } : {}),
    };
    try {
      return readCompletion(await client.chat.completions.create(parameters, { signal }));
    } catch (error) {
      if (!isCutOffError(error)) throw error;
      return { content: '', finishReason: 'length', isRefused: false, tokens: [], inputTokens: 0, outputTokens: 0 };
    }
  };
}

function withoutImages(message: ChatCompletionMessageParam): ChatCompletionMessageParam {
  if (message.role !== 'user' || typeof message.content === 'string') return message;
  return { ...message, content: message.content.filter(({ type }) => type !== 'image_url') };
}

/**
 * The answer's shape. `option` comes first, so that its token depends on the page alone and its log-probability is the
 * model's belief, not a continuation of its own reasoning. At most 200 codes of three characters: far within OpenAI's
 * limits (1,000 enum values; 15,000 characters for an enum of more than 250).
 */
export function answerFormat(codes: readonly string[]): ResponseFormatJSONSchema {
  return {
    type: 'json_schema',
    json_schema: {
      name: 'page_classification',
      strict: true,
      schema: {
        type: 'object',
        properties: {
          option: { type: 'string', enum: codes.toSorted() },
          reason: { type: 'string', description: 'One short sentence' },
          confidence: { type: 'integer', description: '0 to 100' },
        },
        required: ['option', 'reason', 'confidence'],
        additionalProperties: false,
      },
    },
  };
}
