import { roundConfidence } from '../../domain/classification.ts';
import type { CandidateResult, ClassifyDocumentResult, PageResult } from '../../domain/contract.ts';
import type { Job } from '../../domain/job.ts';
import type { JobService } from '../../jobs/job-service.ts';
import { toJobBody } from './job-body.ts';
import type { Details, JobBody, JobWithDetails } from './schemas.ts';
import { fieldError } from '../../domain/field-error.ts';

/** What `?include=` can add to the five keys. */
export const includable = [
  'candidates',
  'reasoning',
  'confidence_source',
  'warnings',
  'usage',
  'timings',
  'metadata',
  'rerun_of',
] as const;
export type Include = (typeof includable)[number];

/** Reads `?include=candidates,timings`. Throws `invalid_request` naming what is not known. */
export function parseIncludes(value: unknown): ReadonlySet<Include> {
  if (value === undefined || value === '') return new Set();
  if (typeof value !== 'string') throw fieldError('include', 'must be given once, as names with commas between');
  const parts = value.split(',').map((name) => name.trim());
  // Lists that are put together by a loop end with a comma.
  const names = parts.filter((name) => name !== '');
  return new Set(
    names.map((name) => {
      const known = includable.find((candidate) => candidate === name);
      if (known) return known;
      throw fieldError('include', `must name some of ${includable.join(', ')}; got "${name.slice(0, 40)}"`);
    }),
  );
}

/**
 * The five keys and what was asked for beyond them: `candidates`, `reasoning`, `confidence_source` and `warnings` stand
 * in the result and in each page result, `usage`, `timings`, `metadata` and `rerun_of` at the top level.
 */
export async function toJobBodyWith(
  includes: ReadonlySet<Include>,
  job: Job,
  jobs: Pick<JobService, 'reasoning' | 'metadata' | 'rerunOf'>,
  tenant: string,
): Promise<JobWithDetails> {
  const body = toJobBody(job);
  if (includes.size === 0) return body;
  const asked = {
    ...(includes.has('metadata') && { metadata: (await jobs.metadata(tenant, job.jobId)) ?? null }),
    ...(includes.has('rerun_of') && { rerun_of: (await jobs.rerunOf(tenant, job.jobId)) ?? null }),
  };
  if (job.status !== 'completed') return { ...body, ...asked };
  const reasoning = includes.has('reasoning') ? await jobs.reasoning(tenant, job.result) : new Map<number, string>();
  return {
    ...body,
    result: withDetails(body.result, job.result, includes, reasoning),
    ...(includes.has('usage') && { usage: usageOf(job.result) }),
    ...(includes.has('timings') && { timings: timingsOf(job.result) }),
    ...asked,
  };
}

function withDetails(
  result: JobBody['result'],
  { pages, classification }: ClassifyDocumentResult,
  includes: ReadonlySet<Include>,
  reasoning: ReadonlyMap<number, string>,
): JobWithDetails['result'] {
  if (!result) return null;
  const judged = pages.filter(({ success }) => success);
  const deciding = judged
    .filter((page) => page.classification === classification)
    .toSorted((a, b) => b.confidence - a.confidence)[0];
  const sources = new Set(judged.map(({ confidenceSource }) => confidenceSource ?? 'none'));
  const [source = 'none'] = sources;
  const details = {
    ...(includes.has('candidates') && { candidates: combineCandidates(judged) }),
    ...(includes.has('reasoning') && { reasoning: (deciding && reasoning.get(deciding.pageNumber)) ?? null }),
    ...(includes.has('confidence_source') && { confidence_source: sources.size > 1 ? 'mixed' : source }),
    ...(includes.has('warnings') && { warnings: [...new Set(pages.flatMap(({ warnings = [] }) => warnings))] }),
  };
  if (!('page_results' in result)) return { ...result, ...details };
  const page_results = result.page_results.map((body, index) => ({ ...body, ...pageDetails(pages[index]) }));
  return { ...result, page_results, ...details };

  function pageDetails(page: PageResult | undefined): Details {
    if (!page) return {};
    return {
      ...(includes.has('candidates') && { candidates: [...(page.candidates ?? [])] }),
      ...(includes.has('reasoning') && { reasoning: reasoning.get(page.pageNumber) ?? null }),
      ...(includes.has('confidence_source') && {
        confidence_source: page.success ? (page.confidenceSource ?? 'none') : null,
      }),
      ...(includes.has('warnings') && { warnings: [...(page.warnings ?? [])] }),
    };
  }
}

/**
 * The document's candidates: for each category the mean of the pages' probabilities, unknown (null) when one of them
 * is.
 */
function combineCandidates(pages: readonly PageResult[]): CandidateResult[] {
  const names = new Set(pages.flatMap(({ candidates = [] }) => candidates.map(({ name }) => name)));
  const combined = Array.from(names, (name): CandidateResult => {
    let sum: number | null = 0;
    for (const { candidates = [] } of pages) {
      const candidate = candidates.find((each) => each.name === name);
      // A page that does not list it gave it next to nothing.
      const confidence = candidate === undefined ? 0 : candidate.confidence;
      sum = sum === null || confidence === null ? null : sum + confidence;
    }
    return { name, confidence: sum === null ? null : roundConfidence(sum / pages.length) };
  });
  return combined.toSorted((a, b) => (b.confidence ?? 0) - (a.confidence ?? 0));
}

function usageOf({ pages, classifier }: ClassifyDocumentResult): JobWithDetails['usage'] {
  const total = (count: (page: PageResult) => number) => pages.reduce((sum, page) => sum + count(page), 0);
  return {
    classifier: classifier.name,
    model: classifier.model,
    pages: pages.length,
    input_tokens: total(({ usage }) => usage?.inputTokens ?? 0),
    output_tokens: total(({ usage }) => usage?.outputTokens ?? 0),
  };
}

/** Milliseconds. */
function timingsOf({ timings, pages }: ClassifyDocumentResult): JobWithDetails['timings'] {
  if (!timings) return null;
  return {
    total_ms: timings.totalMs,
    render_ms: timings.renderMs,
    classify_ms: timings.classifyMs,
    pages: pages.map(({ pageNumber, durationMs }) => ({ page: pageNumber, classify_ms: durationMs ?? null })),
  };
}
