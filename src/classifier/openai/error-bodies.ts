import { z } from 'zod';

const flatError = z.looseObject({ message: z.string() });
const nestedError = z.looseObject({ error: z.looseObject({ message: z.string() }) });
const detailError = z.object({ detail: z.unknown() });

/**
 * `fetch`, with error bodies in OpenAI's shape. vLLM sends `{object: "error", message, ...}` and FastAPI servers
 * `{detail}`: the client would drop what they say, and with it which parameter they do not know.
 */
export async function fetchWithOpenAiErrors(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  if (response.ok || response.status < 400 || response.status >= 500) return response;
  const body = await response.text();
  const { status, statusText, headers } = response;
  return new Response(wrapError(body), { status, statusText, headers });
}

function wrapError(body: string): string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return JSON.stringify({ error: { message: body } });
  }
  const nested = nestedError.safeParse(parsed);
  const found = nested.success ? nested.data.error : flatError.safeParse(parsed).data;
  if (found) return JSON.stringify({ error: { ...found, code: textOrNull(found['code']) } });
  const detail = detailError.safeParse(parsed);
  if (detail.success) return JSON.stringify({ error: { message: JSON.stringify(detail.data.detail) } });
  return body;
}

/** vLLM repeats the HTTP status as `code`. */
function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
