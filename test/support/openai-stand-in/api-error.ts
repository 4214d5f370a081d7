interface ApiErrorFacts {
  readonly type?: string;
  readonly param?: string;
  readonly code?: string;
  /** Further fields of the error object, as some servers have them. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** A request that a server refuses; in what form it says so is the server's matter. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly param: string | null;
  readonly code: string | null;
  readonly more: Readonly<Record<string, unknown>>;
  private readonly givenType: string | undefined;

  constructor(status: number, message: string, facts: ApiErrorFacts = {}) {
    super(message);
    this.status = status;
    this.param = facts.param ?? null;
    this.code = facts.code ?? null;
    this.more = facts.more ?? {};
    this.givenType = facts.type;
  }

  /** As OpenAI calls it, unless told otherwise. */
  get type(): string {
    if (this.givenType !== undefined) return this.givenType;
    if (this.code === 'insufficient_quota') return 'insufficient_quota';
    if (this.status === 429) return 'requests';
    return this.status >= 500 ? 'server_error' : 'invalid_request_error';
  }
}
