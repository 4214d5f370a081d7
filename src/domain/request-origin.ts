/** What a request says of where it comes from; node's `IncomingHttpHeaders` fit. */
export interface OriginHeaders {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  readonly 'sec-fetch-site'?: string | string[] | undefined;
  readonly 'sec-fetch-mode'?: string | string[] | undefined;
}

/**
 * Whether no web page but our own can have sent a request: it names a host of ours (a page that rebinds its DNS name to this machine names its own),
 * it has no Origin or one of ours, and the browser does not call it cross-site.
 */
export function isOwnRequest(headers: OriginHeaders, isOurHost: (host: string) => boolean): boolean {
  const { host, origin } = headers;
  if (host === undefined || !isOurHost(host)) return false;
  if (origin !== undefined && !(URL.canParse(origin) && isOurHost(new URL(origin).host))) return false;
  return headers['sec-fetch-site'] !== 'cross-site';
}

/** As browsers and clients write it, which is after they have parsed the address: other spellings of loopback are refused. */
export function isLoopbackHost(host: string): boolean {
  return /^(?:localhost|\[::1\]|127(?:\.\d{1,3}){3})(?::\d{1,5})?$/i.test(host);
}
