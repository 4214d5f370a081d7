import { ConfigError } from '../config/config-error.ts';
import { type DevServerOptions } from './dev-server-options.ts';
import { devServerHost, isPortFree } from './ports.ts';
import { browserRefusedPorts } from './hidden-ports.ts';
import { type ServerExit, tailOf } from './server-process.ts';

/** Throws one sentence that names the setting when another program has the port that the server needs. */
export async function refuseTakenPort({ port }: DevServerOptions): Promise<void> {
  if (!(await isPortFree(port, devServerHost))) throw portTaken(port, 'TEMPORAL_PORT');
}

/** Of the few ports that browsers refuse, too few are free. */
export function noHiddenPort(): ConfigError {
  return new ConfigError(
    `TEMPORAL_ADDRESS: none of the ports that browsers refuse (${browserRefusedPorts.join(', ')}) is free for the Temporal server; end what uses them, or set the address of a Temporal server that runs`,
  );
}

export function databaseInUse(databaseFile: string, ownerPid: number): ConfigError {
  return new ConfigError(
    `DATA_DIR: the database ${databaseFile} is in use by process ${ownerPid}; stop that one, or set another folder`,
  );
}

export function folderNotWritable(folder: string, cause: unknown): ConfigError {
  return new ConfigError(`DATA_DIR: the folder ${folder} cannot be written; set one that can`, { cause });
}

export function notStartable(executable: string, cause: unknown): ConfigError {
  return new ConfigError(
    `TEMPORAL_BIN: ${executable} cannot be started; set the path of a Temporal CLI that can, or run \`npm run tools\``,
    { cause },
  );
}

/** The server ended before it answered: quotes its last words, unless the port was taken in that moment. */
export async function endedAtStart(options: DevServerOptions, exit: ServerExit): Promise<ConfigError> {
  const tail = await tailOf(options.logFile);
  if (tail.includes('address already in use')) await refuseTakenPort(options);
  return new ConfigError(
    `TEMPORAL_BIN: the Temporal dev server ended while it started (${describeExit(exit)}): "${tail.split('\n').at(-1) ?? ''}" (log: ${options.logFile})`,
  );
}

export function notReadyInTime(options: DevServerOptions, timeoutMs: number, cause: unknown): ConfigError {
  return new ConfigError(
    `TEMPORAL_PORT: the Temporal dev server did not answer on ${devServerHost}:${options.port} within ${timeoutMs / 1000} s (log: ${options.logFile}); start again, or set TEMPORAL_ADDRESS to a Temporal server that runs`,
    { cause },
  );
}

export function keepsCrashing(logFile: string): ConfigError {
  return new ConfigError(
    `TEMPORAL_ADDRESS: the Temporal dev server ends again and again (log: ${logFile}); start again, or set the address of a Temporal server that runs`,
  );
}

function describeExit({ code, signal }: ServerExit): string {
  if (signal !== null) return `signal ${signal}`;
  return code === null ? 'no exit code' : `exit code ${code}`;
}

export function portTaken(port: number, setting: string): ConfigError {
  return new ConfigError(`${setting}: port ${port} is taken by another program; set it to a free port`);
}
