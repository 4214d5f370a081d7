import { readSteps, type Step } from '../history-steps.ts';
import type { Lab } from '../lab.ts';
import type { Measurement, Outcome } from '../measurement.ts';
import { processorMs } from '../processor-time.ts';
import { startService, type Service } from '../service.ts';
import { median, timed } from '../statistics.ts';
import { formatTable } from '../table.ts';
import { buildTextPdf } from '../text-pdf.ts';

/** Where the time of one job goes, from the events of its history. */
export const anatomy: Measurement = {
  name: 'anatomy',
  title: 'where the time of one job goes',
  measure,
};

const warmUpRounds = 20;

async function measure(lab: Lab): Promise<Outcome> {
  await using service = await startService(lab);
  const document = buildTextPdf(4);
  for (let round = 0; round < warmUpRounds; round++) await service.classify(document);
  const costs = watchProcesses(lab, service);
  const jobs: TimedJob[] = [];
  const rounds = lab.options.quick ? 10 : 30;
  for (let round = 0; round < rounds; round++) jobs.push(await timedJob(lab, service, document));

  // Before the histories are fetched, which costs the server too.
  const work = costs().map(([name, ms]) => `${name} ${(ms / rounds).toFixed(0)}`);
  const histories = await Promise.all(jobs.map(({ id }) => lab.client.workflow.getHandle(id).fetchHistory()));
  const of = (pick: (job: TimedJob) => number): string => median(jobs.map(pick)).toFixed(1);
  const lines = formatTable([
    ['one job, medians in ms', 'times', 'begins', 'ends', 'waits (each)', 'runs (each)'],
    ['POST /classify', '1', '', '', '', of((job) => job.uploadMs)],
    ...stepRows(histories.flatMap((history) => readSteps(history))),
    ['GET /classify/{id}, first', '1', '', '', '', of((job) => job.readMs)],
    ['upload to answer', '', '', of((job) => job.wholeMs), '', ''],
  ]);
  return { rows: [], notes: [...lines, `processor time of one job, ms: ${work.join(', ')}`] };
}

interface TimedJob {
  readonly id: string;
  readonly uploadMs: number;
  readonly readMs: number;
  readonly wholeMs: number;
}

async function timedJob(lab: Lab, service: Service, document: Uint8Array<ArrayBuffer>): Promise<TimedJob> {
  const startedAt = performance.now();
  const id = await service.submit(document);
  const uploadMs = performance.now() - startedAt;
  await lab.client.workflow.getHandle(id).result();
  const readMs = await timed(() => service.read(id));
  return { id, uploadMs, readMs, wholeMs: performance.now() - startedAt };
}

function stepRows(steps: readonly Step[]): string[][] {
  const byName = Map.groupBy(steps, (step) => step.name);
  return Array.from(byName, ([name, same]) => {
    const of = (pick: (step: Step) => number): number => median(same.map(pick));
    return [
      name,
      of((step) => step.count).toFixed(0),
      of((step) => step.beginsMs).toFixed(1),
      of((step) => step.endsMs).toFixed(1),
      of((step) => step.waitsMs).toFixed(1),
      of((step) => step.runsMs).toFixed(1),
    ];
  });
}

/** Begins to count; the function that it returns gives what each kind of process has used since. */
function watchProcesses(lab: Lab, service: Service): () => [string, number][] {
  const kinds: readonly (readonly [string, () => number])[] = [
    ['Temporal server', () => processorMs([lab.temporalPid])],
    ['worker', () => processorMs(service.workerPids)],
    ['render processes', () => service.renderProcessorMs()],
    ['API', () => processorMs([service.apiPid])],
  ];
  const before = kinds.map(([, used]) => used());
  return () => kinds.map(([name, used], index) => [name, used() - (before[index] ?? 0)]);
}
