import { blindProbeText, probeLetter, probeText } from '../../../src/classifier/openai/probe-question.ts';
import type { Question } from './question.ts';
import type { Reply } from './replies.ts';
import type { ModelProfile } from './request-rules.ts';

export const defaultModels: Readonly<Record<string, ModelProfile>> = {
  'stand-in': {},
  'stand-in-reasoning': { isReasoning: true },
  'stand-in-may-reason': { isReasoning: true, canStopReasoning: true },
  'stand-in-thinking': { isThinking: true },
  'stand-in-no-json-schema': { noJsonSchema: true },
  'stand-in-no-response-format': { noResponseFormat: true },
  'stand-in-ignores-format': { ignoresFormat: true },
  'stand-in-no-logprobs': { ignoresLogprobs: true },
  'stand-in-5-logprobs': { maxTopLogprobs: 5 },
  'stand-in-own-logprob': { maxTopLogprobs: 0 },
  'stand-in-no-images': { noImages: true },
  'stand-in-blind': { isBlind: true },
  'stand-in-small': { contextTokens: 2000 },
};

/** Whether a request is the one by which the service finds out what a model does. */
export function isProbe(body: string): boolean {
  return body.includes(probeText) || body.includes(blindProbeText);
}

/** What a model says to the probe: what it sees, in the form that was asked for. */
export function answerProbe({ text, request }: Question, profile: ModelProfile): Reply {
  const letter = profile.isBlind ? 'A' : probeLetter;
  const isForced = request.response_format?.type === 'json_schema' && !profile.ignoresFormat;
  if (!isForced && !text.includes('JSON')) return { kind: 'content', content: letter };
  return { kind: 'answer', label: letter, reason: 'It is drawn so.' };
}

export function listModels(models: Readonly<Record<string, ModelProfile>>): object {
  const data = Object.keys(models).map((id) => ({ id, object: 'model', created: 1_700_000_000, owned_by: 'stand-in' }));
  return { object: 'list', data };
}
