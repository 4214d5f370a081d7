import { z } from 'zod';
import { createSeededRandom, type SeededRandom } from './seeded-random.ts';

/** What a run does: which documents are sent, and which part suffers what, and when. A seed decides all of it. */
export interface Plan {
  readonly jobs: readonly PlannedJob[];
  readonly faults: readonly Fault[];
}

export const categories = ['invoice', 'letter', 'contract', 'receipt'] as const;
export type CategoryName = (typeof categories)[number];

/** How a document comes in. */
export type Way = 'upload' | 'url' | 'extend-text' | 'extend-file' | 'batch' | 'workflow';

export interface PlannedJob {
  readonly number: number;
  /** When it is sent at the earliest, from the start of the run. */
  readonly atMs: number;
  readonly way: Way;
  readonly content: Content;
  readonly hasWebhook: boolean;
  /** The caller cancels it as soon as it is accepted. */
  readonly isCancelled: boolean;
}

export type Content =
  | { readonly kind: 'pages'; readonly pages: readonly CategoryName[] }
  | { readonly kind: 'corrupt' }
  | { readonly kind: 'encrypted' }
  | { readonly kind: 'no-pages' };

export const parts = ['api', 'worker-1', 'worker-2', 'render-child', 'temporal', 'store', 'model'] as const;

export const faultSchema = z.object({
  /** From the start of the run. */
  atMs: z.number(),
  part: z.enum(parts),
  /** `kill` is SIGKILL and a start after the time; `pause` is SIGSTOP and SIGCONT after the time. */
  kind: z.enum(['kill', 'pause', 'full']),
  forMs: z.number(),
});

export type Fault = z.infer<typeof faultSchema>;

/** Makes the plan of a seed: so many jobs, and a fault each few seconds for so long. */
export function makePlan(seed: number, jobCount: number, faultsForMs: number): Plan {
  const random = createSeededRandom(seed);
  const jobs = Array.from({ length: jobCount }, (_, index) =>
    planJob(index + 1, Math.round((index * faultsForMs) / jobCount), random),
  );
  const faults: Fault[] = [];
  for (let atMs = 5_000; atMs < faultsForMs; atMs += Math.round(random.between(1_000, 6_000))) {
    faults.push(planFault(atMs, random));
  }
  return { jobs, faults };
}

function planJob(number: number, atMs: number, random: SeededRandom): PlannedJob {
  const way = random.weighted<Way>([
    [35, 'upload'],
    [15, 'url'],
    [15, 'extend-text'],
    [10, 'extend-file'],
    [15, 'batch'],
    [10, 'workflow'],
  ]);
  const isText = way === 'extend-text' || way === 'batch';
  return {
    number,
    atMs,
    way,
    content: isText ? pagesOf(1, random) : planContent(random),
    hasWebhook: (way === 'upload' || way === 'url') && random.between(0, 1) < 0.5,
    isCancelled: way === 'upload' && random.between(0, 1) < 0.05,
  };
}

function planContent(random: SeededRandom): Content {
  return random.weighted<Content>([
    [90, pagesOf(random.whole(1, 4), random)],
    [4, { kind: 'corrupt' }],
    [3, { kind: 'encrypted' }],
    [3, { kind: 'no-pages' }],
  ]);
}

function pagesOf(count: number, random: SeededRandom): Content {
  const pages = Array.from({ length: count }, () =>
    random.weighted(categories.map((category) => [1, category] as const)),
  );
  return { kind: 'pages', pages };
}

function planFault(atMs: number, random: SeededRandom): Fault {
  const part = random.weighted(parts.map((each) => [1, each] as const));
  const kind = random.weighted<Fault['kind']>([
    [5, 'kill'],
    [5, 'pause'],
    [part === 'store' ? 5 : 0, 'full'],
  ]);
  return { atMs, part, kind, forMs: Math.round(random.between(500, 12_000)) };
}
