import { startBare } from '../bare/start-bare.ts';
import type { Lab } from '../lab.ts';
import type { Measurement, Outcome } from '../measurement.ts';
import { startService } from '../service.ts';
import { interleave, median, medianRatio, milliseconds, timed } from '../statistics.ts';
import { buildTextPdf } from '../text-pdf.ts';

/** One job at a time on an idle service: what a caller waits for beside the model and the renderer. */
export const latency: Measurement = {
  name: 'latency',
  title: 'whole job, model answers at once',
  measure,
};

async function measure(lab: Lab): Promise<Outcome> {
  await using service = await startService(lab);
  await using bare = await startBare(lab);
  const document = buildTextPdf(4);
  const renderTimes: number[] = [];
  const wholeTimes: number[] = [];

  async function job(): Promise<number> {
    let renderMs = 0;
    const wholeMs = await timed(async () => {
      renderMs = (await service.classify(document)).renderMs;
    });
    renderTimes.push(renderMs);
    wholeTimes.push(wholeMs);
    return wholeMs - renderMs;
  }
  const peer = (): Promise<number> => timed(() => bare.run());

  // The first jobs start render processes, fill caches and let both processes compile what is hot.
  await interleave(lab.options.quick ? 10 : 25, job, peer);
  renderTimes.length = 0;
  wholeTimes.length = 0;
  const threeQueues: number[] = [];
  const peers = async (): Promise<number> => {
    threeQueues.push(await timed(() => bare.runOnThreeQueues()));
    return peer();
  };
  const rounds = await interleave(lab.options.quick ? 20 : 60, job, peers);

  const { ours, peer: theirs } = rounds;
  const detail =
    `${milliseconds(median(wholeTimes))} upload to answer, ${milliseconds(median(renderTimes))} of it renderPages; ` +
    `rest ${milliseconds(median(ours))}, peer ${milliseconds(median(theirs))}`;
  return {
    rows: [
      {
        what: 'whole job, model answers at once, less rendering',
        against: 'bare workflow, as many no-op activities',
        figure: medianRatio(rounds),
        unit: 'x',
        goal: { atMost: 1.3 },
        detail,
      },
      {
        what: 'the bare workflow on three task queues, as ours',
        against: 'the bare workflow on one',
        figure: medianRatio({ ours: threeQueues, peer: theirs }),
        unit: 'x',
        detail: `${milliseconds(median(threeQueues))}; activities on another queue than the workflow start by polls, not eagerly`,
      },
    ],
  };
}
