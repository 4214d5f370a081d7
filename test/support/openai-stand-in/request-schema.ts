import { z } from 'zod';
import { ApiError } from './api-error.ts';

const textPart = z.strictObject({ type: z.literal('text'), text: z.string() });
const imagePart = z.strictObject({
  type: z.literal('image_url'),
  image_url: z.strictObject({ url: z.string(), detail: z.enum(['auto', 'low', 'high']).optional() }),
});
const refusalPart = z.strictObject({ type: z.literal('refusal'), refusal: z.string() });
const textContent = z.union([z.string(), z.array(textPart).min(1)]);
const name = z.string().optional();

const messageSchema = z.discriminatedUnion('role', [
  z.strictObject({ role: z.enum(['system', 'developer']), content: textContent, name }),
  z.strictObject({
    role: z.literal('user'),
    content: z.union([z.string(), z.array(z.discriminatedUnion('type', [textPart, imagePart])).min(1)]),
    name,
  }),
  z.strictObject({
    role: z.literal('assistant'),
    content: z.union([z.string(), z.array(z.discriminatedUnion('type', [textPart, refusalPart])).min(1)]).nullish(),
    refusal: z.string().nullish(),
    name,
  }),
]);

const responseFormat = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('json_object') }),
  z.strictObject({
    type: z.literal('json_schema'),
    json_schema: z.strictObject({
      name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/, 'must match the pattern ^[a-zA-Z0-9_-]+$, at most 64 long'),
      description: z.string().optional(),
      schema: z.record(z.string(), z.unknown()),
      strict: z.boolean().nullish(),
    }),
  }),
]);

const chatRequestSchema = z.strictObject({
  model: z.string(),
  messages: z.array(messageSchema).min(1),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  logit_bias: z.record(z.string(), z.number().min(-100).max(100)).nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  max_tokens: z.int().min(1).nullish(),
  metadata: z.record(z.string().max(64), z.string().max(512)).nullish(),
  modalities: z.array(z.enum(['text'])).nullish(),
  n: z.int().min(1).max(128).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  prompt_cache_key: z.string().nullish(),
  reasoning_effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).nullish(),
  response_format: responseFormat.optional(),
  safety_identifier: z.string().optional(),
  seed: z.int().nullish(),
  service_tier: z.enum(['auto', 'default', 'flex', 'scale', 'priority']).nullish(),
  stop: z.union([z.string(), z.array(z.string()).min(1).max(4)]).nullish(),
  store: z.boolean().nullish(),
  // The stand-in does not stream; a client that asks for it would wait for events.
  stream: z.literal(false).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  user: z.string().optional(),
  verbosity: z.enum(['low', 'medium', 'high']).nullish(),
});

export type ChatRequest = z.infer<typeof chatRequestSchema>;

/** Parses a request body; what OpenAI's published schema does not know is answered as OpenAI answers it. */
export function parseChatRequest(body: string): ChatRequest {
  const value = parseJson(body);
  const parsed = chatRequestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw toApiError(parsed.error.issues[0], value);
}

/** Other servers have limits of their own, and ignore fields that they do not know. */
const lenientRequestSchema = chatRequestSchema.extend({ top_logprobs: z.int().nullish() });

export function parseLenientChatRequest(body: string): ChatRequest {
  const value = parseJson(body);
  for (;;) {
    const parsed = lenientRequestSchema.safeParse(value);
    if (parsed.success) return parsed.data;
    const unknown = parsed.error.issues.filter((issue) => issue.code === 'unrecognized_keys');
    if (unknown.length < parsed.error.issues.length) throw toApiError(parsed.error.issues[0], value);
    for (const { path, keys } of unknown)
      for (const key of keys) Reflect.deleteProperty(Object(valueAt(value, path)), key);
  }
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new ApiError(400, 'We could not parse the JSON body of your request.');
  }
}

function toApiError(issue: z.core.$ZodIssue | undefined, value: unknown): ApiError {
  const param = formatPath(issue?.path ?? []);
  if (issue?.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    if (param === '') return new ApiError(400, `Unrecognized request argument supplied: ${key}`);
    const full = `${param}.${key}`;
    return new ApiError(400, `Unknown parameter: '${full}'.`, { param: full, code: 'unknown_parameter' });
  }
  if (issue && valueAt(value, issue.path) === undefined) {
    const message = `Missing required parameter: '${param}'.`;
    return new ApiError(400, message, { param, code: 'missing_required_parameter' });
  }
  const code = issue?.code === 'invalid_type' ? 'invalid_type' : 'invalid_value';
  return new ApiError(400, `Invalid value for '${param}': ${issue?.message ?? ''}.`, { param, code });
}

function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (current, key) => (typeof current === 'object' && current !== null ? Reflect.get(current, key) : undefined),
    value,
  );
}
