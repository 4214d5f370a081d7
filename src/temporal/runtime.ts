import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { Logger } from '../logger.ts';

/**
 * Log fields of the SDK that name a run, and ours beside them; the rest of its metadata is noise, or may quote a
 * failure.
 */
const kept = [
  'jobId',
  'requestId',
  'workflowId',
  'runId',
  'workflowType',
  'activityType',
  'activityId',
  'attempt',
  'taskQueue',
  'code',
  'detail',
  'cause',
  'pageNumber',
  'deaths',
];

/** What the SDK says of every worker and every attempt, and what we say better ourselves (activities/run-step.ts). */
const unwanted =
  /^No (workflows|activities) registered|^Activity failed|^Workflow failed|^Activity not found on completion/;

/**
 * Sends the logs of Temporal's SDK and core to ours. Signals are the process entry's business, which stops its parts in
 * order.
 */
export function installRuntime(logger: Logger): void {
  const isRepeated = createRepetitionFilter();
  Runtime.install({
    shutdownSignals: [],
    telemetryOptions: { logging: { forward: {}, filter: { core: 'WARN', other: 'ERROR' } } },
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      if (unwanted.test(message) || isRepeated(message)) return;
      const fields = Object.fromEntries(Object.entries(meta ?? {}).filter(([key]) => kept.includes(key)));
      const jobId = typeof fields['workflowId'] === 'string' ? { jobId: fields['workflowId'] } : {};
      logger[pinoLevels[level]]({ ...jobId, ...fields }, message);
    }),
  });
}

/** While Temporal is away every poller and every heartbeat says so at every attempt: one of them in 10 s is enough. */
function createRepetitionFilter(): (message: string) => boolean {
  let toldAt = Number.NEGATIVE_INFINITY;
  return (message) => {
    if (!/^gRPC call \w+ retried|^Error when recording heartbeat/.test(message)) return false;
    const now = performance.now();
    if (now - toldAt < repetitionMs) return true;
    toldAt = now;
    return false;
  };
}

const repetitionMs = 10_000;

const pinoLevels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;
