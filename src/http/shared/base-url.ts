import type { Request } from 'express';
import { trimEndOf } from '../../domain/trim-end-of.ts';

/** Under which address callers reach the API. */
export interface PublicUrl {
  readonly publicUrl: string;
  /** PUBLIC_URL if set, because the operator knows the proxies; else the request's host. */
  readonly hasPublicUrl: boolean;
}

/** The base URL of links in the answer: PUBLIC_URL if set, else the request's host. No slash at the end. */
export function baseUrlOf(request: Pick<Request, 'protocol' | 'get'>, { publicUrl, hasPublicUrl }: PublicUrl): string {
  const own = `${request.protocol}://${request.get('host') ?? ''}`;
  return hasPublicUrl || !URL.canParse(own) ? trimEndOf(publicUrl, '/') : new URL(own).origin;
}
