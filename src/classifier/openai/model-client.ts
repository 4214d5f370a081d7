import OpenAI, { AzureOpenAI } from 'openai';
import { trimEndOf } from '../../domain/trim-end-of.ts';
import { fetchWithOpenAiErrors } from './error-bodies.ts';

export interface Endpoint {
  readonly apiKey: string;
  readonly baseUrl: string;
  /** Of Azure alone: the `api-version` of its API. */
  readonly apiVersion?: string | undefined;
  readonly timeoutMs: number;
}

/**
 * The client for one endpoint. Everything that the package would take from the environment is given or switched off; it
 * does not retry, because Temporal does.
 *
 * Azure has two APIs: `/openai/v1`, which is OpenAI's own, and the dated one, whose path names the deployment and whose
 * key stands in the header `api-key`. An `api-version` means the dated one, unless the base URL is that of the other.
 */
export function createModelClient({ apiKey, baseUrl, apiVersion, timeoutMs }: Endpoint): OpenAI {
  const options = {
    apiKey,
    organization: null,
    project: null,
    timeout: timeoutMs,
    maxRetries: 0,
    logLevel: 'off',
    fetch: fetchWithOpenAiErrors,
  } as const;
  if (apiVersion === undefined) return new OpenAI({ ...options, baseURL: baseUrl });
  const path = trimEndOf(new URL(baseUrl).pathname, '/');
  if (path.endsWith('/v1')) {
    return new OpenAI({ ...options, baseURL: baseUrl, defaultQuery: { 'api-version': apiVersion } });
  }
  const baseURL = path === '' ? `${trimEndOf(baseUrl, '/')}/openai` : baseUrl;
  return new AzureOpenAI({ ...options, baseURL, apiVersion });
}
