import { z } from 'zod';
import { ClassifierError } from '../../domain/errors.ts';
import { readAnswer } from './answer.ts';
import { toReportedError } from './reported-error.ts';
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

const callSchema = z
  .object({ arguments: z.union([z.string(), z.looseObject({}).transform((value) => JSON.stringify(value))]) })
  .nullish()
  .catch(undefined);
const thoughtSchema = z.string().nullish().catch(undefined);

/** Servers that were taught several protocols answer in the shape of any of them. */
const messageSchema = z.object({
  content: z.union([z.string(), z.array(z.unknown()), z.looseObject({})]).nullish(),
  refusal: z.string().nullish().catch(undefined),
  tool_calls: z
    .array(z.object({ function: callSchema }))
    .nullish()
    .catch(undefined),
  function_call: callSchema,
  reasoning_content: thoughtSchema,
  reasoning: thoughtSchema,
});

/** Lenient where servers differ: log-probabilities and usage may be missing or of another shape. */
const completionSchema = z.object({
  choices: z.tuple(
    [
      z.object({
        finish_reason: z.string().nullish(),
        message: messageSchema,
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

/**
 * Throws `model_misconfigured` for what is no chat completion, such as a login page or another protocol, and an
 * APIError for an error that a gateway passes on with status 200.
 */
export function readCompletion(value: unknown): Completion {
  const reported = toReportedError(value);
  if (reported) throw reported;
  const parsed = completionSchema.safeParse(value);
  if (!parsed.success) {
    const seen = typeof value === 'string' && /^\s*</u.test(value) ? 'a web page' : 'something else';
    const detail = `The model server answers with ${seen} instead of a chat completion. Check OPENAI_BASE_URL; it mostly ends in /v1.`;
    throw new ClassifierError('model_misconfigured', detail);
  }
  const [{ message, finish_reason: finishReason, logprobs }] = parsed.data.choices;
  const { text, refusal } = readContent(message.content);
  return {
    content: text.trim() === '' ? (contentElsewhere(message) ?? text) : unlessContradicted(text, message),
    finishReason: finishReason ?? 'stop',
    isRefused: Boolean(message.refusal) || (refusal && text.trim() === ''),
    tokens: logprobs?.content ?? [],
    inputTokens: parsed.data.usage?.prompt_tokens ?? 0,
    outputTokens: parsed.data.usage?.completion_tokens ?? 0,
  };
}

const partSchema = z.object({ type: z.string().optional(), text: z.string() });

/** A text, a list of parts of which those of the answer count, or an object that the server has parsed already. */
function readContent(content: z.infer<typeof messageSchema>['content']): {
  readonly text: string;
  readonly refusal: boolean;
} {
  if (content === undefined || content === null) return { text: '', refusal: false };
  if (typeof content === 'string') return { text: content, refusal: false };
  if (!Array.isArray(content)) return { text: JSON.stringify(content), refusal: false };
  const texts = content.flatMap((part) => {
    if (typeof part === 'string') return [part];
    const { data } = partSchema.safeParse(part);
    return data && (data.type === undefined || /^(?:output_)?text$/u.test(data.type)) ? [data.text] : [];
  });
  const refusal = content.some((part) => z.object({ type: z.literal('refusal') }).safeParse(part).success);
  return { text: texts.join(''), refusal };
}

/** Nothing if a tool call has another answer: nobody can tell which one counts. */
function unlessContradicted(text: string, message: z.infer<typeof messageSchema>): string {
  const said = readAnswer(text)?.option.trim().toUpperCase();
  const differs = callsOf(message).some((call) => {
    const called = readAnswer(call);
    return called?.isObject === true && called.option.trim().toUpperCase() !== said;
  });
  return differs ? '' : text;
}

function callsOf({ tool_calls: calls, function_call: call }: z.infer<typeof messageSchema>): readonly string[] {
  return [...(calls ?? []).map((each) => each.function), call].flatMap((each) => each?.arguments ?? []);
}

/**
 * If the content is empty: the arguments of a tool call, or what a server took for thoughts, if that is the requested
 * JSON object and not mere thinking of one.
 */
function contentElsewhere(message: z.infer<typeof messageSchema>): string | undefined {
  const [call, ...others] = callsOf(message);
  if (call !== undefined && others.length === 0) return call;
  const thought = [message.reasoning_content, message.reasoning].find((text) => text && text.trim() !== '');
  return thought && readAnswer(thought)?.isObject === true ? thought : undefined;
}
