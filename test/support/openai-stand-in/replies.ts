import type { Question } from './question.ts';

/** An answer that names a category, with what its log-probabilities shall say. */
export interface LabelAnswer {
  /** A category's name or an option's code. */
  readonly label: string;
  /** Probability of the label's token. */
  readonly confidence?: number;
  /** Probabilities of other labels at the same place, by name or code. */
  readonly alternatives?: Readonly<Record<string, number>>;
  readonly reason?: string;
  /** What the model says of itself, 0..100. */
  readonly statedConfidence?: number;
}

/** One reply of the stand-in. */
export type Reply =
  | ({ readonly kind: 'answer' } & LabelAnswer)
  /** Any text as the message's content. */
  | { readonly kind: 'content'; readonly content: string; readonly finishReason?: 'stop' | 'length' }
  | { readonly kind: 'refusal'; readonly refusal: string }
  | { readonly kind: 'content-filter' }
  /** Any HTTP answer; an object is sent as JSON. */
  | {
      readonly kind: 'http';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body: object | string;
    }
  /** The status and half of the body, then the connection breaks. */
  | { readonly kind: 'disconnect' }
  /** Nothing until `release()`, then the other reply. */
  | { readonly kind: 'held'; readonly reply: Reply }
  /** The status and half of the body at once, the rest after so long. */
  | { readonly kind: 'slow'; readonly reply: LabelAnswer; readonly delayMs: number }
  /** Nothing at all, until the client goes away. */
  | { readonly kind: 'never' };

export type AnswerQuestion = (question: Question) => Reply;

/** An error reply in OpenAI's shape. */
export function errorReply(
  status: number,
  error: { readonly message?: string; readonly code?: string | null; readonly param?: string | null } = {},
  headers: Readonly<Record<string, string>> = {},
): Reply {
  const { message = 'Scripted error.', code = null, param = null } = error;
  const type = status >= 500 ? 'server_error' : 'invalid_request_error';
  return { kind: 'http', status, headers, body: { error: { message, type, param, code } } };
}
