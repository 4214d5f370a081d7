import type { Lab } from '../lab.ts';
import type { Measurement, Outcome } from '../measurement.ts';
import { createRenderBench } from '../render-bench.ts';
import { startService } from '../service.ts';
import { interleave, median, milliseconds, timed } from '../statistics.ts';
import { buildTextPdf } from '../text-pdf.ts';

const modelMs = 1000;

/** A model that takes as long as models do: are the pages asked about side by side, and soon enough? */
export const slowModel: Measurement = {
  name: 'slow-model',
  title: '4-page PDF, model takes 1 s',
  measure,
};

async function measure(lab: Lab): Promise<Outcome> {
  await using service = await startService(lab, { modelDelayMs: modelMs });
  await using renderer = await createRenderBench(lab);
  const document = buildTextPdf(4);
  const job = (): Promise<number> => timed(() => service.classify(document));
  const onePage = (): Promise<number> => renderer.pageMs(document);

  await interleave(lab.options.quick ? 3 : 8, job, onePage);
  const { ours, peer } = await interleave(lab.options.quick ? 4 : 12, job, onePage);
  const leastMs = modelMs + median(peer);
  return {
    rows: [
      {
        what: '4-page PDF, model takes 1 s',
        against: '1 s + rendering one page',
        figure: median(ours) / leastMs,
        unit: 'x',
        goal: { atMost: 1.25 },
        detail: `${milliseconds(median(ours))} upload to answer; 1 s + ${milliseconds(median(peer))}`,
      },
    ],
  };
}
