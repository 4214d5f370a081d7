import { homedir } from 'node:os';
import type { SearchAttributeType } from '@temporalio/common';
import type { HiddenPort, HiddenPorts } from './hidden-ports.ts';
import { devServerHost } from './ports.ts';

/** A custom search attribute, as `defineSearchAttributeKey` makes it. */
export interface SearchAttribute {
  readonly name: string;
  readonly type: SearchAttributeType;
}

export interface DevServerOptions {
  /** Path of the Temporal CLI. */
  readonly executable: string;
  readonly port: number;
  /**
   * Puts the web UI (only with `ui`) and the HTTP API on ports that no browser opens; otherwise the API has a random
   * one. Neither has a login, and both obey any web page that reaches them.
   */
  readonly hidden?: readonly HiddenPort[];
  /** SQLite file that keeps the runs. In memory when absent. */
  readonly databaseFile?: string;
  /** Receives what the server prints. Overwritten at each start. */
  readonly logFile: string;
  readonly searchAttributes: readonly SearchAttribute[];
  /** How long closed runs can be read. The server's own default is 1 day. */
  readonly retentionDays?: number;
  readonly startTimeoutMs?: number;
  readonly stopTimeoutMs?: number;
  /** Aborting it ends a start that is under way. */
  readonly signal?: AbortSignal;
}

export const devServerNamespace = 'default';

/** Nothing of our environment: the server needs at most a home folder, and no key or address may leak into it. */
export const devServerEnv = { HOME: homedir() };

/**
 * Values measured to cut a small workflow to a third of its time. With its one history shard the server waits up
 * to 50 ms before each task at the default poll rate of 20; activities then start without a poll (eager).
 */
const dynamicConfig = {
  'system.enableActivityEagerExecution': true,
  'history.transferProcessorMaxPollRPS': 200,
  'history.timerProcessorMaxPollRPS': 200,
  'history.visibilityProcessorMaxPollRPS': 200,
  // One cache of 128 MB. Of half a megabyte for each shard, the default, some hundred waiting runs push out each
  // other's events, which are then read from the database again.
  'history.enableHostLevelEventsCache': true,
  // Fairness between tenants is exact only inside a partition, and one machine needs only one.
  'matching.enableFairness': true,
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
  // A list of jobs asks several times, and the default of 10 in a second is for the whole namespace.
  'frontend.namespaceRPS.visibility': 1000,
  // The HTTP API cannot be switched off, and we do not use it: it refuses every request that names a host, and so all
  // of a web page.
  'frontend.httpAllowedHosts': ['nobody.invalid'],
} as const;

const typeNames = {
  TEXT: 'Text',
  KEYWORD: 'Keyword',
  INT: 'Int',
  DOUBLE: 'Double',
  BOOL: 'Bool',
  DATETIME: 'Datetime',
  KEYWORD_LIST: 'KeywordList',
} as const satisfies Record<SearchAttributeType, string>;

/** The arguments of the Temporal CLI. Equal options give equal arguments: a running server is known by them. */
export function devServerArgs(options: DevServerOptions, { ui, http }: HiddenPorts): readonly string[] {
  const { port, databaseFile, searchAttributes } = options;
  return [
    'server',
    'start-dev',
    `--ip=${devServerHost}`,
    `--port=${port}`,
    '--log-level=warn',
    ...(ui === undefined ? ['--headless'] : [`--ui-port=${ui}`, '--ui-disable-news-fetch']),
    ...(http === undefined ? [] : [`--http-port=${http}`]),
    ...(databaseFile === undefined ? [] : databaseArgs(databaseFile)),
    ...searchAttributes.map(({ name, type }) => `--search-attribute=${name}=${typeNames[type]}`),
    ...Object.entries(dynamicConfig).map(([key, value]) => `--dynamic-config-value=${key}=${JSON.stringify(value)}`),
  ];
}

/** The part of the command line that says whose server it is. */
export function databaseArgs(databaseFile: string): readonly string[] {
  // A write-ahead log survives a killed process as a rollback journal does, without several syncs for each task.
  return [`--db-filename=${databaseFile}`, '--sqlite-pragma=journal_mode=wal', '--sqlite-pragma=synchronous=normal'];
}
