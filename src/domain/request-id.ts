/**
 * The memo of an execution holds the id of its HTTP request, where operators see it. It passes to the memos of children
 * and, by this header, to activities.
 */
export const requestIdHeader = 'pigeonhole-request-id';

/** Short and harmless, because logs hold it and anybody may choose it. */
const acceptable = /^[\w.:-]{1,128}$/;

export function isRequestId(value: unknown): value is string {
  return typeof value === 'string' && acceptable.test(value);
}

/** The memo part of an execution's options. */
export function requestMemo(requestId: string | undefined): { readonly memo?: { readonly requestId: string } } {
  return requestId === undefined ? {} : { memo: { requestId } };
}

/** The log fields of an execution's request; empty where it has none. */
export function requestOfMemo(memo: Readonly<Record<string, unknown>> | undefined): { readonly requestId?: string } {
  const requestId = memo?.['requestId'];
  return isRequestId(requestId) ? { requestId } : {};
}
