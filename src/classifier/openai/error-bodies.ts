import { z } from 'zod';

const flatError = z.looseObject({ message: z.string() });
const nestedError = z.looseObject({ error: z.looseObject({ message: z.string() }) });
const bareError = z.object({ error: z.string() });
const detailError = z.object({ detail: z.unknown() });

/**
 * `fetch` that follows no redirect, for what is sent is documents and a key, with error bodies in OpenAI's shape.
 * Older vLLM sends `{object: "error", message, ...}`, its check of the
 * key and Ollama's own API `{error: "..."}`, FastAPI servers `{detail}`: the client would drop what they say, and with
 * it which parameter they do not know.
 */
export async function fetchWithOpenAiErrors(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, { ...init, redirect: 'manual' });
  if (response.status < 400) return response;
  const body = await response.text();
  const { status, statusText, headers } = response;
  return new Response(wrapError(body), { status, statusText, headers });
}

function wrapError(body: string): string {
  const parsed = parse(body);
  const nested = nestedError.safeParse(parsed);
  const found = nested.success ? nested.data.error : flatError.safeParse(parsed).data;
  if (found) return JSON.stringify({ error: { ...found, code: textOrNull(found['code']) } });
  const bare = bareError.safeParse(parsed);
  if (bare.success) return JSON.stringify({ error: { message: bare.data.error } });
  const detail = detailError.safeParse(parsed);
  if (detail.success) return JSON.stringify({ error: { message: JSON.stringify(detail.data.detail) } });
  return JSON.stringify({ error: { message: body } });
}

/** Google's servers put the error into an array. */
function parse(body: string): unknown {
  try {
    const parsed: unknown = JSON.parse(body);
    return Array.isArray(parsed) ? parsed[0] : parsed;
  } catch {
    return undefined;
  }
}

/** vLLM and llama.cpp repeat the HTTP status as `code`. */
function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
