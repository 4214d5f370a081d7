import { randomUUID } from 'node:crypto';
import type { Question } from './question.ts';
import type { LabelAnswer, Reply } from './replies.ts';
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
export type CompletionReply = Exclude<Reply, { readonly kind: 'never' | 'held' | 'http' }>;

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

/** A `chat.completion` object. Log-probabilities stand in it as the request asked for them. */
export function buildCompletion(reply: CompletionReply, question: Question, hasLogprobs: boolean): object {
  const { request } = question;
  const parts = toParts(reply, question);
  const tokens = tokenize(parts.content ?? '');
  const promptTokens = Math.ceil(JSON.stringify(request.messages).length / 4);
  return {
    id: `chatcmpl-${randomUUID()}`,
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model: request.model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: parts.content, refusal: parts.refusal ?? null, annotations: [] },
        logprobs:
          request.logprobs && hasLogprobs
            ? { content: tokens.map((token, index) => toLogprob(token, index, tokens, request, parts)), refusal: null }
            : null,
        finish_reason: parts.finishReason,
      },
    ],
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: tokens.length,
      total_tokens: promptTokens + tokens.length,
    },
    service_tier: 'default',
    system_fingerprint: 'fp_stand_in',
  };
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
): object {
  const isUncertain = uncertain !== undefined && tokens.indexOf(uncertain.token) === index;
  const chosen = { token, probability: isUncertain ? uncertain.probability : 1 };
  const all = isUncertain ? [chosen, ...uncertain.others] : [chosen];
  const top = all.toSorted((a, b) => b.probability - a.probability).slice(0, request.top_logprobs ?? 0);
  return { ...formatToken(chosen), top_logprobs: top.map(formatToken) };
}

function formatToken({ token, probability }: Alternative): object {
  return { token, logprob: Math.max(Math.log(probability), -9999), bytes: [...Buffer.from(token)] };
}
