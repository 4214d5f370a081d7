/** `npm run chaos`: many jobs while every part of the service is killed and paused at random. See docs/chaos.md. */
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { faultSchema, makePlan, type Fault, type Plan } from './plan.ts';
import { runChaos } from './run-chaos.ts';

const help = `npm run chaos                     1,000 mixed jobs, faults until all are sent
npm run chaos -- --seed=7         the plan of a seed: the same jobs, the same faults at the same times
npm run chaos -- --jobs=200       fewer jobs
npm run chaos -- --minutes=3      faults for so long (default 6)
npm run chaos -- --replay=<log>   the faults of an earlier run as they came, from its events.jsonl
npm run chaos -- --liveness-ms=N  how long /livez may take of a living process (default 1000)
npm run chaos -- --log=<folder>   where the log and the output of all processes go`;

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    jobs: { type: 'string' },
    minutes: { type: 'string', default: '6' },
    replay: { type: 'string' },
    'liveness-ms': { type: 'string', default: '1000' },
    log: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

// Ended by Ctrl-C, a process runs no exit listeners, and they stop the servers.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

if (values.help) console.log(help);
else {
  const replayed = values.replay === undefined ? undefined : readReplay(resolve(values.replay));
  const seed = replayed?.seed ?? Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
  const jobs = replayed?.jobs ?? Number(values.jobs ?? 1_000);
  const planned = makePlan(seed, jobs, Number(values.minutes) * 60_000);
  const plan: Plan = replayed ? { ...planned, faults: replayed.faults } : planned;
  const folder = resolve(values.log ?? join(tmpdir(), `pigeonhole-chaos-${seed}-${Date.now()}`));
  const isWell = await runChaos(plan, {
    seed,
    folder,
    longestLivenessMs: Number(values['liveness-ms']),
    say: (line) => console.log(line),
  });
  process.exitCode = isWell ? 0 : 1;
}

/** The plan's seed and the faults as they really came. */
function readReplay(file: string): { readonly seed: number; readonly jobs: number; readonly faults: readonly Fault[] } {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const events = lines.map((line): Record<string, unknown> => ({ ...JSON.parse(line) }));
  const start = events.find(({ event }) => event === 'start');
  return {
    seed: Number(start?.['seed']),
    jobs: Number(start?.['jobs']),
    faults: events.filter(({ event }) => event === 'fault').map((event) => faultSchema.parse(event)),
  };
}
