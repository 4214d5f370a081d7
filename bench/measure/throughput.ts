import { startBare } from '../bare/start-bare.ts';
import type { Lab } from '../lab.ts';
import type { Measurement, Outcome } from '../measurement.ts';
import { startService } from '../service.ts';
import { interleave, median, medianRatio } from '../statistics.ts';
import { buildTextPdf } from '../text-pdf.ts';

/** The smallest page image that the settings allow: drawing it is cheap, and everything else happens as always. */
const longSidePx = 256;
const jobsAtATime = 24;

/** As many jobs as the machine can do: what the service costs in processor time. */
export const throughput: Measurement = {
  name: 'throughput',
  title: 'jobs per second, saturated',
  measure,
};

async function measure(lab: Lab): Promise<Outcome> {
  await using service = await startService(lab, { environment: { RENDER_LONG_SIDE_PX: String(longSidePx) } });
  await using bare = await startBare(lab);
  const document = buildTextPdf(4);
  const roundMs = lab.options.quick ? 5000 : 12_000;
  const cpu = { rendering: 0, all: 0 };

  const saturated = (work: () => Promise<unknown>): Promise<number> => perSecond(work, jobsAtATime, roundMs);
  const ours = async (): Promise<number> => {
    const before = { rendering: service.renderProcessorMs(), all: lab.processorMs() };
    const rate = await saturated(() => service.classify(document));
    cpu.rendering += service.renderProcessorMs() - before.rendering;
    cpu.all += lab.processorMs() - before.all;
    return rate;
  };
  const peer = (): Promise<number> => saturated(() => bare.run());

  await interleave(1, ours, peer);
  Object.assign(cpu, { rendering: 0, all: 0 });
  const rounds = await interleave(lab.options.quick ? 2 : 6, ours, peer);

  // With all cores busy, a job's time is its share of the processors' time: without rendering it were that much less.
  const share = cpu.all === 0 ? 0 : cpu.rendering / cpu.all;
  const ratio = medianRatio(rounds);
  const oursPerSecond = median(rounds.ours);
  const theirs = `peer ${median(rounds.peer).toFixed(1)}`;
  const against = 'bare workflow, saturated';
  return {
    rows: [
      {
        what: 'jobs per second through the whole service, less rendering',
        against,
        figure: ratio / (1 - share),
        unit: 'x',
        goal: { atLeast: 0.8 },
        detail: `${(oursPerSecond / (1 - share)).toFixed(1)} a second, ${theirs}`,
      },
      {
        what: `the same with rendering (4 pages of ${longSidePx} px)`,
        against,
        figure: ratio,
        unit: 'x',
        detail: `${oursPerSecond.toFixed(1)} a second, ${theirs}; rendering is ${(share * 100).toFixed(0)} % of the processor time`,
      },
    ],
  };
}

/** Does the work again and again, so many at a time, and counts what is done within the time. */
async function perSecond(work: () => Promise<unknown>, width: number, roundMs: number): Promise<number> {
  const startedAt = performance.now();
  const state = { done: 0, lastMs: 0 };
  const lane = async (): Promise<void> => {
    while (performance.now() - startedAt < roundMs) {
      await work();
      state.done++;
      state.lastMs = performance.now() - startedAt;
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  return state.done / (state.lastMs / 1000);
}
