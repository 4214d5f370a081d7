/** An error as OpenAI's API answers it: a status and `{error: {message, type, param, code}}`. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly param: string | null;
  readonly code: string | null;

  constructor(status: number, message: string, facts: { readonly param?: string; readonly code?: string } = {}) {
    super(message);
    this.status = status;
    this.param = facts.param ?? null;
    this.code = facts.code ?? null;
  }

  toBody(): object {
    return { error: { message: this.message, type: this.type, param: this.param, code: this.code } };
  }

  private get type(): string {
    if (this.code === 'insufficient_quota') return 'insufficient_quota';
    if (this.status === 429) return 'requests';
    return this.status >= 500 ? 'server_error' : 'invalid_request_error';
  }
}
