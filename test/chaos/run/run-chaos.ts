import { setTimeout as delay } from 'node:timers/promises';
import { mapBounded } from '../../../src/domain/map-bounded.ts';
import { startWebhookReceiver } from '../../support/webhook-receiver.ts';
import type { Fault, Plan, PlannedJob } from './plan.ts';
import { openRunLog, type RunLog } from './run-log.ts';
import { sendJobs, type AcceptedJob } from './send-jobs.ts';
import { serveSources } from './sources.ts';
import { openStage, type Stage } from './stage.ts';
import { verifyJob, verifyWebhook, type Finding } from './verify.ts';
import { watchLiveness } from './watch-liveness.ts';

export interface ChaosOptions {
  readonly seed: number;
  readonly folder: string;
  /** What `/livez` may take of a process that is neither killed nor paused. */
  readonly longestLivenessMs: number;
  readonly say: (line: string) => void;
}

/**
 * After the last fault. Temporal's longest pause between two attempts is a minute, and a few of them may follow each
 * other.
 */
const patienceMs = 10 * 60_000;
const progressEveryMs = 15_000;

/**
 * Sends the jobs while the faults happen, waits for all of them and looks at each. Resolves with whether all is well.
 */
export async function runChaos(plan: Plan, options: ChaosOptions): Promise<boolean> {
  const { seed, folder, longestLivenessMs, say } = options;
  const log = openRunLog(folder);
  log.write('start', { seed, jobs: plan.jobs.length });
  say(`seed ${seed}: ${plan.jobs.length} jobs, ${plan.faults.length} faults; log in ${folder}`);
  await using receiver = await startWebhookReceiver();
  await using sources = await serveSources(plan.jobs);
  await using stage = await openStage(log);
  const liveness = watchLiveness(stage.url, stage.apiAliveSince, log);
  const accepted: AcceptedJob[] = [];
  const pathOf = (job: PlannedJob): string => `/hooks/${job.number}`;
  const ticker = setInterval(() => {
    say(`${Math.round(log.elapsedMs() / 1_000)} s: ${accepted.length} of ${plan.jobs.length} jobs accepted`);
  }, progressEveryMs);

  const findings: Finding[] = [];
  const suffering = sufferAll(plan.faults, stage, log);
  await sendJobs(plan.jobs, {
    url: stage.url,
    temporalAddress: stage.temporalAddress,
    sources,
    webhookUrlOf: (job) => `${receiver.url}${pathOf(job)}`,
    onAccepted(job) {
      accepted.push(job);
      log.write('accepted', { job: job.planned.number, jobId: job.jobId, way: job.planned.way });
    },
    onRefused: ({ number: jobNumber }, what) => void findings.push({ kind: 'refused', jobNumber, what }),
  });
  await suffering;
  clearInterval(ticker);
  say(`${Math.round(log.elapsedMs() / 1_000)} s: all faults are over; waiting for the jobs`);

  const deadline = performance.now() + patienceMs;
  await mapBounded(accepted, 8, async (job) => {
    const end = await verifyJob(stage.url, job, deadline);
    if ('kind' in end) return void findings.push(end);
    if (!job.planned.hasWebhook) return;
    const received = () => receiver.received.filter(({ path }) => path === pathOf(job.planned));
    // Between two attempts at a receiver may be five minutes.
    while (received().length === 0 && performance.now() < deadline) await delay(250);
    const wrong = verifyWebhook(job, end, received());
    if (wrong) findings.push(wrong);
  });
  await liveness.stop();

  for (const found of findings) {
    log.write('finding', { ...found });
    say(`${found.kind}: job ${found.jobNumber} (${found.jobId ?? 'no id'}): ${found.what}`);
  }
  const count = (kind: Finding['kind']): number => findings.filter((found) => found.kind === kind).length;
  const longestMs = liveness.longestMs();
  log.write('end', { findings: findings.length, longestLivenessMs: longestMs });
  say(
    `${accepted.length} jobs, ${plan.faults.length} faults, ${receiver.received.length} webhooks in ${Math.round(log.elapsedMs() / 1_000)} s: ` +
      `${count('refused')} refused, ${count('lost')} lost, ${count('wrong')} wrong, ${count('stuck')} stuck, ${count('webhook')} webhooks amiss; ` +
      `/livez took ${longestMs} ms at most`,
  );
  const isWell = findings.length === 0 && longestMs <= longestLivenessMs;
  if (!isWell) say(`The same again: npm run chaos -- --replay=${log.folder}/events.jsonl`);
  return isWell;
}

/** Each fault at its time, whether the one before is over or not: several parts may be away at once. */
async function sufferAll(faults: readonly Fault[], stage: Stage, log: RunLog): Promise<void> {
  const startedAt = performance.now();
  const all: Promise<void>[] = [];
  for (const fault of faults) {
    await delay(Math.max(0, startedAt + fault.atMs - performance.now()));
    all.push(
      stage.suffer(fault).catch((error: unknown) => log.write('fault failed', { ...fault, error: String(error) })),
    );
  }
  await Promise.all(all);
}
