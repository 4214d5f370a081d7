import { ActivityFailure, isCancellation } from '@temporalio/workflow';
import type { PageResult } from '../src/domain/contract.ts';
import { pageBlank } from '../src/domain/error-sentences.ts';
import type { JobError } from '../src/domain/job.ts';
import type { PageReference } from '../src/domain/page.ts';
import type { ParsedInput } from '../src/domain/workflow-input.ts';
import type { RenderPagesResult } from '../activities/render-pages.ts';
import { classifyPage } from './activity-proxies.ts';
import { mapBounded } from '../src/domain/map-bounded.ts';
import { describeFailure } from './failures.ts';
import type { Patience } from './patience.ts';

/** More would only hit the model's rate limit, and each page in flight adds its payload to one workflow task. */
const maxPagesInFlight = 8;

export interface ClassifiedPages {
  readonly pages: readonly PageResult[];
  /** Absent when no page succeeded. */
  readonly classifier?: { readonly name: string; readonly model: string };
}

interface PagesOfRun {
  readonly input: ParsedInput;
  readonly jobId: string;
  readonly rendered: RenderPagesResult;
  readonly patience: Patience;
}

/** Judges the pages in parallel. Records a page that fails for good and goes on; skips blank pages. */
export async function classifyPages(
  { input, jobId, rendered, patience }: PagesOfRun,
  onProgress: (pagesDone: number) => void,
): Promise<ClassifiedPages> {
  const { tenant, categories, descriptionsKey, instructions, instructionsKey, unknown, catchAll } = input;
  let pagesDone = 0;
  let classifier: ClassifiedPages['classifier'];
  onProgress(0);

  async function judge(page: PageReference): Promise<PageResult> {
    const answer = await patience.outlast(() =>
      classifyPage.executeWithOptions({ summary: `Page ${page.pageNumber} of ${rendered.pageCount}` }, [
        {
          tenant,
          jobId,
          page,
          pageCount: rendered.pageCount,
          categories,
          ...(descriptionsKey !== undefined && { descriptionsKey }),
          ...(instructions !== undefined && { instructions }),
          ...(instructionsKey !== undefined && { instructionsKey }),
          ...(unknown && { unknown }),
          ...(catchAll !== undefined && { catchAll }),
          canWait: true,
        },
      ]),
    );
    classifier ??= answer.classifier;
    return answer.page;
  }

  const pages = await mapBounded(rendered.pages, maxPagesInFlight, async (page) => {
    try {
      if (page.error) return failedPage(page, input, page.error);
      if (page.isBlank === true) return failedPage(page, input, pageBlank());
      return await judge(page);
    } catch (error) {
      if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
      return failedPage(page, input, describeFailure(error));
    } finally {
      pagesDone += 1;
      onProgress(pagesDone);
    }
  });
  return { pages, ...(classifier && { classifier }) };
}

/** A failed page shows the first category, as Unsiloed's API does, but does not vote. */
function failedPage(page: PageReference, { categories }: ParsedInput, { code, detail }: JobError): PageResult {
  return {
    pageNumber: page.pageNumber,
    success: false,
    classification: categories[0]?.name ?? '',
    confidence: 0,
    error: { code, detail },
    ...(page.warnings && page.warnings.length > 0 && { warnings: page.warnings }),
  };
}

/** Why the job failed when no page could be classified: the reason of the first page that was not merely blank. */
export function failureOfAllPages(pages: readonly PageResult[]): JobError {
  const blank = pageBlank().code;
  const error = pages.find((page) => page.error && page.error.code !== blank)?.error;
  if (!error) {
    const detail = pages.length === 1 ? 'This page is blank.' : 'All pages of this document that were read are blank.';
    return { code: blank, detail };
  }
  return {
    code: error.code,
    detail: pages.length === 1 ? error.detail : `No page could be classified. ${error.detail}`,
  };
}
