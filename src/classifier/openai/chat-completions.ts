import OpenAI from 'openai';
import type {
  ChatCompletionCreateParamsNonStreaming,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import type { Logger } from 'pino';
import { z } from 'zod';
import { ClassifierError } from '../../domain/errors.ts';
import { answerFormat } from './answer-schema.ts';
import { initialCapabilities, lowerCapabilities, type Capabilities } from './capabilities.ts';
import { fetchWithOpenAiErrors } from './error-bodies.ts';
import type { TokenLogprob } from './label-probabilities.ts';
import { readRejection } from './model-errors.ts';

interface ChatCompletionsOptions {
  readonly apiKey: string;
  readonly baseUrl: string;
  readonly model: string;
  readonly timeoutMs: number;
  readonly maxOutputTokens: number;
  readonly logger: Logger;
}

/** The parts of a completion that a classification needs. */
export interface Completion {
  readonly content: string;
  readonly finishReason: string;
  readonly isRefused: boolean;
  readonly tokens: readonly TokenLogprob[];
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface ChatCompletions {
  /** Asks one question. Throws whatever the client throws; a request the server can't take is asked again, simpler. */
  complete(
    messages: readonly ChatCompletionMessageParam[],
    codes: readonly string[],
    signal: AbortSignal,
  ): Promise<Completion>;
}

/** As many steps as there are capabilities to lose, so that two servers' worth of objections still end. */
const maxSteps = 8;

/** One model behind one endpoint. What the endpoint does not accept is remembered as long as this lives. */
export function createChatCompletions(options: ChatCompletionsOptions): ChatCompletions {
  const { apiKey, baseUrl, model, timeoutMs, logger } = options;
  const client = new OpenAI({
    apiKey,
    baseURL: baseUrl,
    organization: null,
    project: null,
    timeout: timeoutMs,
    maxRetries: 0,
    logLevel: 'off',
    fetch: fetchWithOpenAiErrors,
  });
  let known = initialCapabilities(baseUrl);

  return {
    async complete(messages, codes, signal) {
      for (let step = 1; ; step++) {
        const used = known;
        try {
          const parameters = { model, messages: [...messages], ...toParameters(used, codes, options.maxOutputTokens) };
          return readCompletion(await client.chat.completions.create(parameters, { signal }));
        } catch (error) {
          const rejection = readRejection(error);
          const lowered = rejection && lowerCapabilities(used, rejection);
          if (!lowered || step === maxSteps) throw error;
          if (known !== used) continue;
          known = lowered;
          logger.warn({ model, capabilities: lowered }, 'model server rejected a parameter, asking without it');
        }
      }
    },
  };
}

function toParameters(
  capabilities: Capabilities,
  codes: readonly string[],
  maxOutputTokens: number,
): Omit<ChatCompletionCreateParamsNonStreaming, 'model' | 'messages'> {
  const { structuredOutput, topLogprobs, tokenLimit, temperature } = capabilities;
  return {
    ...(structuredOutput === 'json_schema' ? { response_format: answerFormat(codes) } : {}),
    ...(structuredOutput === 'json_object' ? { response_format: { type: 'json_object' } } : {}),
    ...(topLogprobs === undefined ? {} : { logprobs: true, top_logprobs: topLogprobs }),
    ...(tokenLimit === 'none' ? {} : { [tokenLimit]: maxOutputTokens }),
    ...(temperature ? { temperature: 0 } : {}),
  };
}

const tokenSchema = z.object({
  token: z.string(),
  logprob: z.number(),
  top_logprobs: z
    .array(z.object({ token: z.string(), logprob: z.number() }))
    .nullish()
    .transform((alternatives) => alternatives ?? []),
});

/** Lenient where servers differ: log-probabilities and usage may be missing or of another shape. */
const completionSchema = z.object({
  choices: z.tuple(
    [
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
        logprobs: z
          .object({ content: z.array(tokenSchema).nullish() })
          .nullish()
          .catch(undefined),
      }),
    ],
    z.unknown(),
  ),
  usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number() }).nullish().catch(undefined),
});

function readCompletion(value: unknown): Completion {
  const parsed = completionSchema.safeParse(value);
  if (!parsed.success) {
    const detail = 'The model server does not answer in the Chat Completions format. Check OPENAI_BASE_URL.';
    throw new ClassifierError('model_output_invalid', detail);
  }
  const [choice] = parsed.data.choices;
  return {
    content: choice.message.content ?? '',
    finishReason: choice.finish_reason ?? 'stop',
    isRefused: Boolean(choice.message.refusal),
    tokens: choice.logprobs?.content ?? [],
    inputTokens: parsed.data.usage?.prompt_tokens ?? 0,
    outputTokens: parsed.data.usage?.completion_tokens ?? 0,
  };
}
