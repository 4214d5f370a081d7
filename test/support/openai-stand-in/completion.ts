import { randomUUID } from 'node:crypto';
import type { Question } from './question.ts';
import type { LabelAnswer, Reply } from './replies.ts';
import type { ModelProfile } from './request-rules.ts';
import type { ChatRequest } from './request-schema.ts';

interface Alternative {
  readonly token: string;
  readonly probability: number;
}

interface CompletionParts {
  readonly content: string | null;
  readonly refusal?: string;
  readonly finishReason: 'stop' | 'length' | 'content_filter';
  /** Alternatives for one of the content's tokens, by its text; all other tokens are certain. */
  readonly uncertain?: {
    readonly token: string;
    readonly probability: number;
    readonly others: readonly Alternative[];
  };
}

/** A reply that is a completion. One that breaks off in the middle is one, too. */
export type CompletionReply = Exclude<Reply, { readonly kind: 'never' | 'held' | 'http' | 'slow' }>;

function toParts(reply: CompletionReply, question: Question): CompletionParts {
  if (reply.kind === 'answer') return answerParts(reply, question);
  if (reply.kind === 'content') return { content: reply.content, finishReason: reply.finishReason ?? 'stop' };
  if (reply.kind === 'refusal') return { content: null, refusal: reply.refusal, finishReason: 'stop' };
  return { content: '', finishReason: reply.kind === 'content-filter' ? 'content_filter' : 'stop' };
}

/** Content that names a label, and log-probabilities that agree with it. */
function answerParts(answer: LabelAnswer, question: Question): CompletionParts {
  const codeOf = (label: string): string => question.options.find(({ name }) => name === label)?.code ?? label;
  const option = codeOf(answer.label);
  const probability = answer.confidence ?? 0.9;
  const { reason = 'The title says so.', statedConfidence = Math.round(probability * 100) } = answer;
  const other = question.options.find(({ code }) => code !== option)?.code;
  const given = Object.entries(answer.alternatives ?? (other ? { [other]: 1 - probability } : {}));
  const others = given.map(([label, value]) => ({ token: codeOf(label), probability: value }));
  const content = JSON.stringify({ option, reason, confidence: statedConfidence });
  return { content, finishReason: 'stop', uncertain: { token: option, probability, others } };
}

interface TokenEntry {
  readonly token: string;
  readonly logprob: number;
  readonly bytes: readonly number[];
}

/** A `chat.completion` object as OpenAI sends it; `reasoning` is what other servers add. */
export interface ChatCompletion {
  readonly id: string;
  readonly object: 'chat.completion';
  readonly created: number;
  readonly model: string;
  readonly choices: readonly {
    readonly index: number;
    readonly message: {
      readonly role: 'assistant';
      readonly content: string | null;
      readonly refusal: string | null;
      readonly annotations: readonly unknown[];
      readonly reasoning?: string;
    };
    readonly logprobs: {
      readonly content: readonly (TokenEntry & { readonly top_logprobs: readonly TokenEntry[] })[];
      readonly refusal: null;
    } | null;
    readonly finish_reason: string;
  }[];
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number; readonly total_tokens: number };
  readonly system_fingerprint: string;
}

interface CompletionOptions {
  readonly profile: ModelProfile;
  readonly masksForbiddenTokens: boolean;
}

/** A draft that is none of the answer: whoever looks for the answer's tokens must not take these. */
const thought = 'Is it {"option": "A"} or {"option":"B"}? Let me see. ';

/** A `chat.completion` object. Log-probabilities stand in it as the request asked for them. */
export function buildCompletion(
  reply: CompletionReply,
  question: Question,
  { profile, masksForbiddenTokens }: CompletionOptions,
): ChatCompletion {
  const { request } = question;
  const given = toParts(reply, question);
  const parts = masksForbiddenTokens && request.response_format?.type === 'json_schema' ? mask(given, question) : given;
  const thinking = profile.isThinking ? tokenize(thought) : [];
  const tokens = tokenize(parts.content ?? '');
  const promptTokens = Math.ceil(JSON.stringify(request.messages).length / 4);
  const completionTokens = thinking.length + tokens.length;
  const entries = [
    ...thinking.map((token) => ({ ...formatToken({ token, probability: 0.5 }), top_logprobs: [] })),
    ...tokens.map((token, index) => toLogprob(token, index, tokens, request, parts)),
  ];
  return {
    id: `chatcmpl-${randomUUID()}`,
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model: request.model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: parts.content,
          refusal: parts.refusal ?? null,
          annotations: [],
          ...(thinking.length > 0 && { reasoning: thought }),
        },
        logprobs: request.logprobs && !profile.ignoresLogprobs ? { content: entries, refusal: null } : null,
        finish_reason: parts.finishReason,
      },
    ],
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
    },
    system_fingerprint: 'fp_stand_in',
  };
}

/** What a schema does to the place of the label: other tokens are impossible, and the rest sums to 1. */
function mask(parts: CompletionParts, { options }: Question): CompletionParts {
  const { uncertain } = parts;
  if (!uncertain) return parts;
  const isAllowed = ({ token }: Alternative): boolean => options.some(({ code }) => code === token);
  const allowed = uncertain.others.filter(isAllowed);
  const total = allowed.reduce((sum, { probability }) => sum + probability, uncertain.probability);
  const others = [
    ...allowed.map(({ token, probability }) => ({ token, probability: probability / total })),
    ...uncertain.others.filter((each) => !isAllowed(each)).map(({ token }) => ({ token, probability: 0 })),
  ];
  return { ...parts, uncertain: { ...uncertain, probability: uncertain.probability / total, others } };
}

/** Splits as the usual vocabularies do: letters, up to three digits, runs of punctuation. */
function tokenize(text: string): string[] {
  return text.match(/\p{L}+|\d{1,3}|[^\s\p{L}\d]+|\s+/gu) ?? [];
}

function toLogprob(
  token: string,
  index: number,
  tokens: readonly string[],
  request: ChatRequest,
  { uncertain }: CompletionParts,
): TokenEntry & { readonly top_logprobs: readonly TokenEntry[] } {
  const isUncertain = uncertain !== undefined && tokens.indexOf(uncertain.token) === index;
  const chosen = { token, probability: isUncertain ? uncertain.probability : 1 };
  const all = isUncertain ? [chosen, ...uncertain.others] : [chosen];
  const top = all.toSorted((a, b) => b.probability - a.probability).slice(0, request.top_logprobs ?? 0);
  return { ...formatToken(chosen), top_logprobs: top.map(formatToken) };
}

function formatToken({ token, probability }: Alternative): TokenEntry {
  return { token, logprob: Math.max(Math.log(probability), -9999), bytes: [...Buffer.from(token)] };
}
