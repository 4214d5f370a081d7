import { setTimeout as delay } from 'node:timers/promises';
import sharp from 'sharp';
import type { Lab } from '../lab.ts';
import type { Measurement, Outcome } from '../measurement.ts';
import { startService, type Service } from '../service.ts';
import { inParallel, median, milliseconds } from '../statistics.ts';

const smallBacklog = 50;
/** Counting is a query over all runs: often enough to keep the line full, too seldom to be measured. */
const countIntervalMs = 500;

/** A flood waits in line: does the line itself slow down what is at its head? */
export const backlog: Measurement = {
  name: 'backlog',
  title: 'time per job at a backlog',
  measure,
};

async function measure(lab: Lab): Promise<Outcome> {
  const { quick, full } = lab.options;
  const large = full ? 5000 : quick ? 300 : 1000;
  const completions = quick ? 100 : 250;
  await using service = await startService(lab, { environment: { RENDER_LONG_SIDE_PX: '256' } });
  const line = await createLine(lab, service);

  await line.msPerJob(smallBacklog, 150);
  const small = [await line.msPerJob(smallBacklog, completions)];
  // A line that is filled at once has a first workflow task for each of its jobs to do: it is measured when those are
  // through.
  await line.msPerJob(large, large);
  const atLarge = [await line.msPerJob(large, completions), await line.msPerJob(large, completions)];
  await line.drainTo(smallBacklog);
  small.push(await line.msPerJob(smallBacklog, completions));
  await line.drainTo(0);
  return {
    rows: [
      {
        what: `time per job at a backlog of ${large}`,
        against: `at a backlog of ${smallBacklog}`,
        figure: median(atLarge) / median(small),
        unit: 'x',
        goal: { atMost: 1.1 },
        detail: `${milliseconds(median(atLarge))} a job (${atLarge.map(milliseconds).join(', ')}), ${milliseconds(median(small))} (${small.map(milliseconds).join(', ')} before and after)`,
      },
    ],
  };
}

interface Line {
  /** Keeps so many jobs unfinished while `completions` of them are finished; milliseconds for each. */
  msPerJob(length: number, completions: number): Promise<number>;
  drainTo(length: number): Promise<void>;
}

/** Jobs of one small image: three activities each, and next to nothing to draw. */
async function createLine(lab: Lab, service: Service): Promise<Line> {
  const { client } = lab;
  const image = new Uint8Array(
    await sharp(noise, { raw: { width: 16, height: 16, channels: 1 } })
      .png()
      .toBuffer(),
  );
  const state = { started: 0 };

  const countOf = async (status: string): Promise<number> =>
    (await client.workflow.count(`WorkflowType = 'classifyDocument' AND ExecutionStatus = '${status}'`)).count;
  const finished = async (): Promise<number> => {
    const failed = await countOf('Failed');
    if (failed > 0) throw new Error(`${failed} jobs failed: a line of failures says nothing of a line of work`);
    return await countOf('Completed');
  };
  const before = await finished();
  const waiting = async (): Promise<number> => state.started - ((await finished()) - before);

  async function start(count: number): Promise<void> {
    await inParallel(count, 16, async () => {
      await service.submit(image);
      state.started++;
    });
  }
  return {
    async msPerJob(length, completions) {
      await start(length - (await waiting()));
      const finishedBefore = await finished();
      const startedAt = performance.now();
      for (let done = 0; ;) {
        await delay(countIntervalMs);
        const doneNow = (await finished()) - finishedBefore;
        const elapsedMs = performance.now() - startedAt;
        if (doneNow >= completions) return elapsedMs / doneNow;
        await start(doneNow - done);
        done = doneNow;
      }
    },
    async drainTo(length) {
      while ((await waiting()) > length) await delay(countIntervalMs);
    },
  };
}

const noise = Uint8Array.from({ length: 256 }, (_, index) => (index * 89) % 256);
