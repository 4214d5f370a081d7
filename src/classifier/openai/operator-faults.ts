import { ClassifierError } from '../../domain/errors.ts';

/** A server's refusal of a question. */
export interface Refusal {
  readonly status: number;
  /** Its short codes, of whatever kind. */
  readonly codes: string;
  readonly message: string;
  readonly location: string | null;
}

interface Asked {
  readonly model: string;
  readonly baseUrl: string;
}

/** Statuses by which providers say what has one of its own elsewhere. */
const ambiguous = [400, 401, 403, 404, 422, 429];

/** Of accounts without money: OpenAI, Anthropic, Moonshot, SiliconFlow, xAI, Alibaba, Volcano Engine. */
const usedUp =
  /insufficient[ _](?:quota|credits?|funds|balance)|billing_|quota_exhausted|exceeded_current_quota_error|balance is (?:insufficient|too low)|any credits|available credits|arrear|overdue|good standing/iu;

/** Of models: OpenAI, Mistral, Groq, Hugging Face, GitHub, Together, Volcano Engine. */
const modelCodes =
  /model_not_found|model_not_available|model_not_supported|model_decommissioned|invalid_model|unknown_model|InvalidEndpointOrModel/u;

/**
 * The same in words, for those who have no code: DeepSeek, Mistral, OpenRouter, LiteLLM, SiliconFlow, Perplexity, Groq,
 * Ollama, Bedrock.
 */
const modelWords = [
  /\b(?:invalid|unknown|unsupported) model\b(?! (?:parameter|input|output))/iu,
  /\bmodel\b[^.\n]{0,100}\b(?:(?:does )?not exist|not found|is not a valid model|identifier is invalid|decommissioned)/iu,
  /\bnot a valid model\b/iu,
];

/** A country that is not served: OpenAI and Azure by a code, Google in words. */
const notServedHere = /unsupported_country|user location is not supported/iu;

/**
 * The fault in a refusal that only the operator can mend, with the setting to change, whatever status the vendor chose.
 * Undefined for any other.
 */
export function toOperatorFault(refusal: Refusal, asked: Asked, cause: Error): ClassifierError | undefined {
  const { status, codes, message } = refusal;
  const said = `${codes} ${message}`;
  const misconfigured = (detail: string): ClassifierError =>
    new ClassifierError('model_misconfigured', detail, { cause });

  if (status >= 300 && status < 400) return misconfigured(redirected(refusal, asked));
  // No wait helps an account without money.
  if (status === 402 || (ambiguous.includes(status) && usedUp.test(said))) {
    const detail =
      'The account at the model server is used up. Top it up, or set OPENAI_API_KEY to one of another account.';
    return new ClassifierError('model_quota', detail, { cause });
  }
  if (status === 429) return undefined;
  if (ambiguous.includes(status) && notServedHere.test(said)) {
    return misconfigured(
      `The model provider does not serve this country (HTTP ${status}). Set OPENAI_BASE_URL to one that does.`,
    );
  }
  if (ambiguous.includes(status) && /organi[sz]ation must be verified/iu.test(message)) {
    return misconfigured(
      `The model provider serves "${asked.model}" to verified organizations alone (HTTP ${status}). Verify that of OPENAI_API_KEY, or set OPENAI_MODEL to another model.`,
    );
  }
  if ([404, 405, 410].includes(status) || modelCodes.test(codes)) return misconfigured(notServed(codes, asked));
  if ([400, 403, 422].includes(status) && modelWords.some((words) => words.test(message))) {
    return misconfigured(notServed(codes, asked));
  }
  if (status === 403 && /^(?:403 )?\s*</u.test(message)) {
    return misconfigured(
      'A web page answers in the place of the model server (HTTP 403), as that of a firewall or a proxy does. Check OPENAI_BASE_URL, and that this machine may call it.',
    );
  }
  return undefined;
}

/** A redirect is not followed: it might lead documents to a host that the operator has not named. */
function redirected({ status, location }: Refusal, { baseUrl }: Asked): string {
  return `The address of the model server redirects to ${redirectTarget(location, baseUrl)} (HTTP ${status}), which is not followed. Set OPENAI_BASE_URL to the address of the model server itself.`;
}

/** The target of a redirect without path and query, which may hold secrets. */
export function redirectTarget(location: string | null, baseUrl: string): string {
  const target = location === null ? null : URL.parse(location, baseUrl);
  if (!target || target.host === '') return 'another address';
  const where = `${target.protocol}//${target.host}`;
  return target.origin === new URL(baseUrl).origin ? `another path at ${where}` : where;
}

function notServed(codes: string, { model, baseUrl }: Asked): string {
  const azure = codes.includes('DeploymentNotFound') ? ' On Azure OPENAI_MODEL is the name of a deployment.' : '';
  const path = new URL(baseUrl).pathname === '/' ? ' It mostly ends in /v1.' : '';
  return `The model server does not serve the model "${model}" at this address. Check OPENAI_MODEL and OPENAI_BASE_URL.${azure}${path}`;
}
