import type { Request } from 'express';

/** Under which address callers reach the API. */
export interface PublicUrl {
  readonly publicUrl: string;
  /** By the operator, who knows of proxies; else a request is believed where it has come to. */
  readonly hasPublicUrl: boolean;
}

/** What links in the answer to this request begin with: no slash at the end. */
export function baseUrlOf(request: Pick<Request, 'protocol' | 'get'>, { publicUrl, hasPublicUrl }: PublicUrl): string {
  const own = `${request.protocol}://${request.get('host') ?? ''}`;
  return hasPublicUrl || !URL.canParse(own) ? publicUrl.replace(/\/+$/, '') : new URL(own).origin;
}
