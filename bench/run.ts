import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createLab } from './lab.ts';
import { anatomy } from './measure/anatomy.ts';
import { backlog } from './measure/backlog.ts';
import { latency } from './measure/latency.ts';
import { polling } from './measure/polling.ts';
import { rendering } from './measure/rendering.ts';
import { slowModel } from './measure/slow-model.ts';
import { throughput } from './measure/throughput.ts';
import { uploadMemory } from './measure/upload-memory.ts';
import { isMet, type Row } from './measurement.ts';
import { formatRows } from './table.ts';

const measurements = [latency, anatomy, throughput, slowModel, rendering, polling, uploadMemory, backlog];

const help = `npm run bench                        what the service costs, against a peer in the same run

npm run bench -- --only=latency      some of them, by commas:
${measurements.map(({ name, title }) => `                                       ${name.padEnd(14)} ${title}`).join('\n')}
npm run bench -- --quick             fewer rounds
npm run bench -- --full              the backlog of 5,000 jobs instead of 1,000
npm run bench -- --corpus=<folder>   PDFs to render, instead of those of this repository
npm run bench -- --json=<file>       write the results there too; always in bench/results/latest.json
npm run bench -- --profiles=<folder> CPU profiles of all processes of ours

docs/benchmarks.md says what each row means.`;

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    corpus: { type: 'string' },
    json: { type: 'string' },
    profiles: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const wanted = values.only?.split(',') ?? measurements.map(({ name }) => name);
const unknown = wanted.filter((name) => !measurements.some((measurement) => measurement.name === name));

// Ended by Ctrl-C, a process runs no exit listeners, and they stop the servers.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

if (values.help) console.log(help);
else if (unknown.length > 0) {
  console.error(`--only: unknown: ${unknown.join(', ')}\n\n${help}`);
  process.exitCode = 1;
} else await run();

async function run(): Promise<void> {
  const rows: Row[] = [];
  const notes: string[] = [];
  const startedAt = new Date();
  await using lab = await createLab({
    quick: values.quick,
    full: values.full,
    corpus: values.corpus === undefined ? undefined : resolve(values.corpus),
    profiles: values.profiles === undefined ? undefined : resolve(values.profiles),
    say: (line) => console.error(line),
  });
  for (const measurement of measurements.filter(({ name }) => wanted.includes(name))) {
    const { name, title } = measurement;
    console.error(`${name}: ${title} ...`);
    try {
      const outcome = await measurement.measure(lab);
      rows.push(...outcome.rows);
      // Also at once: a whole run takes a quarter of an hour.
      for (const line of formatRows(outcome.rows).slice(1)) console.error(`  ${line}`);
      if (outcome.skipped !== undefined) notes.push(`${name}: skipped, ${outcome.skipped}`);
      notes.push(...(outcome.notes ?? []));
    } catch (error) {
      // The others' figures are worth having all the same.
      notes.push(`${name}: failed, ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      process.exitCode = 1;
    }
  }
  console.log([...(rows.length > 0 ? formatRows(rows) : []), '', ...notes].join('\n'));

  const machine = { cores: availableParallelism(), loadAverage: loadavg()[0], node: process.version };
  const results = rows.map((row) => ({ ...row, isMet: isMet(row) }));
  const json = JSON.stringify({ startedAt, machine, results, notes }, null, 2);
  const latest = fileURLToPath(new URL('results/latest.json', import.meta.url));
  for (const path of [latest, ...(values.json === undefined ? [] : [resolve(values.json)])]) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `${json}\n`);
  }
}
