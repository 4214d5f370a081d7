import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What happened in a run, as JSON lines in a folder beside what the processes printed. */
export interface RunLog {
  readonly folder: string;
  /** Milliseconds since the start of the run. */
  elapsedMs(): number;
  write(event: string, facts: Readonly<Record<string, unknown>>): void;
  /** What one process printed until it ended. */
  keepOutput(name: string, output: string): void;
}

/** Opens the log of a run that starts now. */
export function openRunLog(folder: string): RunLog {
  const startedAt = performance.now();
  const file = join(folder, 'events.jsonl');
  let outputs = 0;
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, '');
  const elapsedMs = (): number => Math.round(performance.now() - startedAt);
  return {
    folder,
    elapsedMs,
    write: (event, facts) => appendFileSync(file, `${JSON.stringify({ atMs: elapsedMs(), event, ...facts })}\n`),
    keepOutput: (name, output) =>
      writeFileSync(join(folder, `${String(++outputs).padStart(3, '0')}-${name}.log`), output),
  };
}
