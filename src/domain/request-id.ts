/**
 * The HTTP request that an execution comes from stands in its memo, where an operator sees it, and goes on from there
 * into the memos of its children and, by this header, to its activities.
 */
export const requestIdHeader = 'pigeonhole-request-id';

/** Short and harmless: logs hold it, whoever made it up. */
const acceptable = /^[\w.:-]{1,128}$/;

export function isRequestId(value: unknown): value is string {
  return typeof value === 'string' && acceptable.test(value);
}

/** The part of an execution's options that says which request it comes from. */
export function requestMemo(requestId: string | undefined): { readonly memo?: { readonly requestId: string } } {
  return requestId === undefined ? {} : { memo: { requestId } };
}

/** What logs say of an execution beside its own names: nothing where no request is known. */
export function requestOfMemo(memo: Readonly<Record<string, unknown>> | undefined): { readonly requestId?: string } {
  const requestId = memo?.['requestId'];
  return isRequestId(requestId) ? { requestId } : {};
}
