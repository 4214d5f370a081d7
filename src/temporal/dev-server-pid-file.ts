import { readFile, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { databaseArgs } from './dev-server-options.ts';

const schema = z.object({ pid: z.number(), ownerPid: z.number(), ownerCommandLine: z.string() });

/** A dev server on our database that is alive although this process did not start it. */
export interface LeftoverServer {
  readonly pid: number;
  readonly commandLine: string;
  /** The live process that uses it; undefined when that one was killed and left it behind. */
  readonly ownerPid: number | undefined;
}

/** Records beside the database which process serves it, and that this process will stop it. */
export async function writePidFile(databaseFile: string, pid: number): Promise<void> {
  const ownerCommandLine = (await commandLineOf(process.pid)) ?? '';
  const content = { pid, ownerPid: process.pid, ownerCommandLine } satisfies z.infer<typeof schema>;
  await writeFile(pidFile(databaseFile), `${JSON.stringify(content)}\n`);
}

export async function removePidFile(databaseFile: string): Promise<void> {
  await rm(pidFile(databaseFile), { force: true });
}

/**
 * The process of the pid file, if it still is a dev server on this database. Pids are reused, so the command line
 * decides.
 */
export async function findLeftover(databaseFile: string): Promise<LeftoverServer | undefined> {
  const content = await readPidFile(databaseFile);
  if (content === undefined) return undefined;
  const commandLine = await commandLineOf(content.pid);
  if (commandLine === undefined || !servesDatabase(commandLine, databaseFile)) return undefined;

  const { pid, ownerPid, ownerCommandLine } = content;
  const hasOwner = ownerPid !== process.pid && (await commandLineOf(ownerPid)) === ownerCommandLine;
  return { pid, commandLine, ownerPid: hasOwner ? ownerPid : undefined };
}

/** Whether the process is (still) a dev server on this database. */
export async function isServing(pid: number, databaseFile: string): Promise<boolean> {
  return servesDatabase((await commandLineOf(pid)) ?? '', databaseFile);
}

function servesDatabase(commandLine: string, databaseFile: string): boolean {
  return commandLine.includes(` start-dev `) && commandLine.includes(` ${databaseArgs(databaseFile).join(' ')} `);
}

function pidFile(databaseFile: string): string {
  return `${databaseFile}.pid`;
}

async function readPidFile(databaseFile: string): Promise<z.infer<typeof schema> | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(pidFile(databaseFile), 'utf8')));
  } catch {
    // No file, or one cut short by a crash: a taken port will show a leftover server.
    return undefined;
  }
}

const run = promisify(execFile);

/**
 * The command line of a live process with single spaces between the arguments; undefined when there is none (any more).
 */
export async function commandLineOf(pid: number): Promise<string | undefined> {
  const line = process.platform === 'linux' ? await fromProc(pid) : await fromPs(pid);
  // A process that ended but was not waited for has an empty command line.
  return line === '' ? undefined : line;
}

async function fromProc(pid: number): Promise<string> {
  try {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

async function fromPs(pid: number): Promise<string> {
  try {
    return (await run('ps', ['-ww', '-o', 'args=', '-p', String(pid)])).stdout.trim();
  } catch {
    return '';
  }
}
