import { setTimeout as delay } from 'node:timers/promises';
import type { ReceivedWebhook } from '../../support/webhook-receiver.ts';
import { jobSchema } from '../../../src/http/unsiloed/schemas.ts';
import type { CategoryName, Content } from './plan.ts';
import type { AcceptedJob } from './send-jobs.ts';

/** What is wrong with a job, in a sentence. */
export interface Finding {
  readonly kind: 'refused' | 'lost' | 'wrong' | 'stuck' | 'webhook';
  readonly jobNumber: number;
  readonly jobId?: string;
  readonly what: string;
}

type JobBody = ReturnType<typeof jobSchema.parse>;

const pauseMs = 500;

/** Waits until a job is over and compares its end with what the plan says of its document. */
export async function verifyJob(url: string, job: AcceptedJob, deadline: number): Promise<Finding | JobBody> {
  for (;;) {
    const seen = await readJob(url, job.jobId);
    if (typeof seen === 'number') return finding('lost', job, `GET answers ${seen}`);
    if (seen && (seen.status === 'completed' || seen.status === 'failed')) {
      const what = whatIsWrong(job, seen);
      return what === undefined ? seen : finding('wrong', job, what);
    }
    if (performance.now() > deadline) return finding('stuck', job, JSON.stringify(seen ?? 'no answer'));
    await delay(pauseMs);
  }
}

/** The job; undefined for "come back later"; else the status that it must not have. */
async function readJob(url: string, jobId: string): Promise<JobBody | number | undefined> {
  try {
    const response = await fetch(`${url}/classify/${encodeURIComponent(jobId)}`, {
      signal: AbortSignal.timeout(30_000),
    });
    const body: unknown = await response.json();
    if (response.status === 200) return jobSchema.parse(body);
    return response.status === 503 || response.status === 429 ? undefined : response.status;
  } catch {
    return undefined;
  }
}

const sentences = {
  corrupt: /could not be opened|damaged|not a PDF/i,
  encrypted: /password/i,
  'no-pages': /no pages/i,
} as const satisfies Record<Exclude<Content['kind'], 'pages'>, RegExp>;

function whatIsWrong({ planned }: AcceptedJob, job: JobBody): string | undefined {
  const { content } = planned;
  if (job.status === 'failed') {
    if (planned.isCancelled && /cancelled/i.test(job.error ?? '')) return undefined;
    if (content.kind === 'pages') return `failed: ${job.error}`;
    return sentences[content.kind].test(job.error ?? '')
      ? undefined
      : `a ${content.kind} document failed: ${job.error}`;
  }
  if (content.kind !== 'pages') return `a ${content.kind} document is ${job.result?.classification}`;
  const given = job.result;
  if (!given) return 'completed without a result';
  const expected = mostFrequent(content.pages);
  if (given.classification !== expected) return `is ${given.classification}, not ${expected}`;
  if (!('page_results' in given)) return undefined;
  const pages = given.page_results.map((page) => (page.success ? page.classification : `failed: ${page.error}`));
  return pages.join() === content.pages.join() ? undefined : `pages are ${pages.join()}, not ${content.pages.join()}`;
}

/** The earlier one of two that are as frequent, as the vote has it. */
function mostFrequent(pages: readonly CategoryName[]): string {
  const count = (category: string): number => pages.filter((page) => page === category).length;
  return pages.toSorted((a, b) => count(b) - count(a))[0] ?? '';
}

/** Each webhook at least once, always with one id, and with what the job's reader sees. */
export function verifyWebhook(
  job: AcceptedJob,
  body: JobBody,
  received: readonly ReceivedWebhook[],
): Finding | undefined {
  if (received.length === 0) return finding('webhook', job, 'never came');
  const ids = new Set(received.map(({ headers }) => headers['webhook-id']));
  if (ids.size !== 1) return finding('webhook', job, `came with the ids ${[...ids].join(', ')}`);
  const isOther = received.some(
    (webhook) => JSON.stringify(jobSchema.parse(JSON.parse(webhook.body))) !== JSON.stringify(body),
  );
  return isOther ? finding('webhook', job, 'tells something else than GET does') : undefined;
}

function finding(kind: Finding['kind'], { planned, jobId }: AcceptedJob, what: string): Finding {
  return { kind, jobNumber: planned.number, jobId, what };
}
