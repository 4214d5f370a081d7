/** The key layout of design section 7. A tenant's objects all stand below one prefix. */
export interface JobKeys {
  readonly prefix: string;
  readonly source: string;
  /** Facts of a request that must not stand in a history: a URL's query may be a secret. */
  readonly request: string;
  readonly result: string;
  page(pageNumber: number, extension: 'jpg' | 'json'): string;
}

export function jobKeys(tenant: string, jobId: string): JobKeys {
  const prefix = `tenants/${tenant}/jobs/${jobId}/`;
  return {
    prefix,
    source: `${prefix}source`,
    request: `${prefix}request.json`,
    result: `${prefix}result.json`,
    page: (pageNumber, extension) => `${prefix}pages/${String(pageNumber).padStart(4, '0')}.${extension}`,
  };
}
