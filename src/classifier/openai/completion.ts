import { z } from 'zod';
import { ClassifierError } from '../../domain/errors.ts';
import type { TokenLogprob } from './label-probabilities.ts';

/** The parts of a chat completion that a classification needs. */
export interface Completion {
  readonly content: string;
  readonly finishReason: string;
  readonly isRefused: boolean;
  readonly tokens: readonly TokenLogprob[];
  readonly inputTokens: number;
  readonly outputTokens: number;
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

/** Throws `model_output_invalid` for what is no chat completion: a login page, another protocol. */
export function readCompletion(value: unknown): Completion {
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
