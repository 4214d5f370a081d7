/** What a request says of where it comes from; node's `IncomingHttpHeaders` fit. */
export interface OriginHeaders {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  readonly 'sec-fetch-site'?: string | string[] | undefined;
}

/**
 * Whether no web page but our own can have sent a request: it names a host of ours (a page that rebinds its DNS name to
 * this machine names its own), it has no Origin or that of the very host and port it was sent to, and the browser does
 * not say that another page asks: one of the same site may be a stranger's, as all ports of localhost are one site.
 * `schemes` are those by which the host is reached.
 */
export function isOwnRequest(
  { host, origin, 'sec-fetch-site': site }: OriginHeaders,
  isOurHost: (host: string) => boolean,
  schemes: readonly ('http' | 'https')[] = ['http'],
): boolean {
  if (host === undefined || !isOurHost(host)) return false;
  if (origin !== undefined && !schemes.some((scheme) => URL.parse(`${scheme}://${host}`)?.origin === origin)) {
    return false;
  }
  return site === undefined || site === 'same-origin' || site === 'none';
}

/**
 * As browsers and clients write it, which is after they have parsed the address: other spellings of loopback are
 * refused.
 */
export function isLoopbackHost(host: string): boolean {
  return /^(?:localhost|\[::1\]|127(?:\.\d{1,3}){3})(?::\d{1,5})?$/i.test(host);
}
