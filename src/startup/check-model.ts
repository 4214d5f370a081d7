import { findEndpointProblem, type EndpointProblem } from '../classifier/openai/endpoint-problem.ts';
import type { ClassifierConfig } from '../config/config.ts';

/** Why the model cannot judge pages, with the setting to change. */
export interface ModelProblem {
  /** For the operator. */
  readonly sentence: string;
  /** The same without the address, for health checks. */
  readonly reason: string;
}

/** Resolves with the problem of the model, or undefined. */
export type CheckModel = () => Promise<ModelProblem | undefined>;

const timeoutMs = 2500;
/** How long a model's good answer is trusted. */
const trustMs = 30_000;

/**
 * Creates a check of the model. Its server may start later and jobs wait for it, so the check only reports. Undefined
 * where no model is used.
 */
export function createModelCheck(classifier: ClassifierConfig): CheckModel | undefined {
  if (classifier.kind === 'built-in') return undefined;
  const { apiKey, baseUrl, apiVersion } = classifier;
  let trustedUntil = Number.NEGATIVE_INFINITY;
  return async () => {
    if (performance.now() < trustedUntil) return undefined;
    const problem = await findEndpointProblem({ apiKey: apiKey.reveal(), baseUrl, apiVersion, timeoutMs });
    if (problem) return describe(problem, baseUrl);
    trustedUntil = performance.now() + trustMs;
    return undefined;
  };
}

function describe(problem: EndpointProblem, baseUrl: string): ModelProblem {
  if (problem.kind === 'unauthorized') {
    return {
      sentence: `OPENAI_API_KEY: ${baseUrl} rejects the key; set one that it takes. Until then documents wait`,
      reason: 'The model server rejects OPENAI_API_KEY.',
    };
  }
  if (problem.kind === 'other') {
    return {
      sentence: `OPENAI_BASE_URL: what answers at ${baseUrl} is no model server; set the address of one, which mostly ends in /v1. Until then documents wait`,
      reason: 'What answers at OPENAI_BASE_URL is no model server.',
    };
  }
  if (problem.kind === 'redirect') {
    return {
      sentence: `OPENAI_BASE_URL: ${baseUrl} redirects to ${problem.to}, which is not followed; set the address of the model server itself. Until then documents wait`,
      reason: `OPENAI_BASE_URL redirects to ${problem.to}, which is not followed.`,
    };
  }
  return {
    sentence: `OPENAI_BASE_URL: no model server answers at ${baseUrl} (${problem.code}); start it, or set OPENAI_BASE_URL to where it is. Until then documents wait`,
    reason: `No model server answers at OPENAI_BASE_URL (${problem.code}).`,
  };
}
