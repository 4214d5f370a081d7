import type { IncomingHttpHeaders } from 'node:http';
import type { ApiError } from './api-error.ts';
import type { ChatCompletion } from './completion.ts';
import type { ModelProfile } from './request-rules.ts';
import type { ChatRequest } from './request-schema.ts';

export const serverNames = ['openai', 'azure', 'azure-dated', 'vllm', 'llama.cpp', 'ollama'] as const;
export type ServerName = (typeof serverNames)[number];

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
}

/** What one server does in its own way. Each file of `servers/` says where in its source or reference that stands. */
export interface Dialect {
  readonly name: ServerName;
  /** What stands behind the origin in OPENAI_BASE_URL. */
  readonly basePath: string;
  /** Throws ApiError for a key that is missing or wrong. */
  authorize(request: HttpRequest, apiKey: string): void;
  /** Throws ApiError for an address that is not served. `model`: where the path names it. */
  route(request: HttpRequest): { readonly kind: 'chat' | 'models'; readonly model?: string };
  /** Throws ApiError for a body that the server cannot read. */
  parse(body: string): ChatRequest;
  /** The model that a name means; throws ApiError where it means none. */
  findModel(name: string, models: Readonly<Record<string, ModelProfile>>): ModelProfile;
  /** Throws ApiError for what the server or the model does not take. */
  check(request: ChatRequest, profile: ModelProfile, url: URL): void;
  /** What the model gets to see of a request. */
  view(request: ChatRequest, profile: ModelProfile): ChatRequest;
  /** A string is sent as it is. */
  errorBody(error: ApiError): object | string;
  /** The answer in the server's own form. */
  shape(completion: ChatCompletion): object;
  /** Tokens that a schema forbids are no alternatives; they have the logarithm that stands for none. */
  readonly masksForbiddenTokens: boolean;
}
