/** Headers that say where a request comes from; node's `IncomingHttpHeaders` fit. */
export interface OriginHeaders {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  readonly 'sec-fetch-site'?: string | string[] | undefined;
}

/**
 * Whether only our own page, or no page at all, can have sent a request. It must name a host of ours: a page that
 * rebinds its DNS name to this machine names its own. Its Origin, if any, must be the very host and port it was sent
 * to. And the browser must not report another page: one of the same site may be a stranger's, as all ports of localhost
 * are one site. `schemes` are those by which clients reach the host.
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

/** Expects the form of browsers and clients, which have parsed the address. Refuses other spellings of loopback. */
export function isLoopbackHost(host: string): boolean {
  return /^(?:localhost|\[::1\]|127(?:\.\d{1,3}){3})(?::\d{1,5})?$/i.test(host);
}
