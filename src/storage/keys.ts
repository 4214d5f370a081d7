/** The key layout of design section 7. A tenant's objects all stand below one prefix. */
export interface JobKeys {
  readonly prefix: string;
  readonly source: string;
  /** Facts of a request that must not stand in a history: a URL's query may be a secret. */
  readonly request: string;
  readonly result: string;
  /** The classifier's reason for a page: it quotes the page, so no history holds it. */
  reasoning(pageNumber: number): string;
  readonly descriptions: string;
  page(pageNumber: number, extension: 'jpg' | 'json'): string;
}

export function jobKeys(tenant: string, jobId: string): JobKeys {
  const prefix = `tenants/${tenant}/jobs/${pathSegment(jobId)}/`;
  const page = (pageNumber: number, extension: string) =>
    `${prefix}pages/${String(pageNumber).padStart(4, '0')}.${extension}`;
  return {
    prefix,
    source: `${prefix}source`,
    request: `${prefix}request.json`,
    result: `${prefix}result.json`,
    descriptions: `${prefix}category-descriptions.json`,
    page,
    reasoning: (pageNumber) => page(pageNumber, 'reasoning.json'),
  };
}

/** A parent workflow may give its child any id; as a key segment it must hold no `/` and be no `..`. */
function pathSegment(jobId: string): string {
  return encodeURIComponent(jobId).replace(/^\.+$/, (dots) => '%2E'.repeat(dots.length));
}
