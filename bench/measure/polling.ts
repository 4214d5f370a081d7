import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../test/support/free-ports.ts';
import { answers } from '../answers.ts';
import type { Lab } from '../lab.ts';
import { getRepeatedly, type Load } from '../http-load.ts';
import type { Measurement, Outcome } from '../measurement.ts';
import { processorMs } from '../processor-time.ts';
import { startService } from '../service.ts';
import { interleave, median, medianRatio } from '../statistics.ts';
import { buildTextPdf } from '../text-pdf.ts';

/** Many callers ask for a job that is finished. */
export const polling: Measurement = {
  name: 'polling',
  title: 'polling a finished job',
  measure,
};

async function measure(lab: Lab): Promise<Outcome> {
  await using service = await startService(lab);
  const { jobId } = await service.classify(buildTextPdf(4));
  const url = `${service.url}/classify/${jobId}`;
  const body = await (await fetch(url)).text();
  await using express = await startExpress(lab, body);

  const load = { count: 4000, connections: 8, bodyBytes: Buffer.byteLength(body) };
  const ours = createPoller(url, service.apiPid, load);
  const peer = createPoller(`${express.url}/classify/${jobId}`, express.pid, load);
  await interleave(6, ours.run, peer.run);
  const rounds = await interleave(lab.options.quick ? 8 : 24, ours.run, peer.run);
  const rates = `${median(rounds.ours).toFixed(0)} a second, peer ${median(rounds.peer).toFixed(0)}`;
  const times = `processor time of one answer ${ours.microseconds()} us, peer ${peer.microseconds()} us`;
  return {
    rows: [
      {
        what: 'polling a finished job',
        against: 'bare Express handler, same JSON',
        figure: medianRatio(rounds),
        unit: 'x',
        goal: { atLeast: 0.8 },
        detail: `${rates}; ${times}; ${body.length} bytes, ${load.connections} connections`,
      },
    ],
  };
}

/** Loads one server, and keeps what each round cost it. */
function createPoller(url: string, pid: number, load: Load) {
  const costs: number[] = [];
  return {
    run: async (): Promise<number> => {
      const beforeMs = processorMs([pid]);
      const rate = await getRepeatedly(url, load);
      costs.push((processorMs([pid]) - beforeMs) / load.count);
      return rate;
    },
    microseconds: (): string => (median(costs) * 1000).toFixed(0),
  };
}

async function startExpress(
  lab: Lab,
  body: string,
): Promise<AsyncDisposable & { readonly url: string; readonly pid: number }> {
  const path = join(lab.directory, 'body.json');
  await writeFile(path, body);
  const url = `http://127.0.0.1:${await freePort()}`;
  const server = await lab.start('bench/bare/express-server.ts', {
    args: [`--port=${new URL(url).port}`, `--body=${path}`],
    isReady: () => answers(`${url}/classify/any`),
  });
  return { url, pid: server.pid, [Symbol.asyncDispose]: () => server.stop() };
}
