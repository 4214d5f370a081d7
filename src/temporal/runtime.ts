import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { Logger } from '../logger.ts';

/** Log fields of the SDK that name a run; the rest of its metadata is noise, or may quote a failure. */
const kept = [
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
];

/**
 * Sends the logs of Temporal's SDK and core to ours. Signals are the process entry's business, which stops its parts in order.
 */
export function installRuntime(logger: Logger): void {
  Runtime.install({
    shutdownSignals: [],
    telemetryOptions: { logging: { forward: {}, filter: { core: 'WARN', other: 'ERROR' } } },
    logger: new DefaultLogger('INFO', ({ level, message, meta }) => {
      const fields = Object.fromEntries(Object.entries(meta ?? {}).filter(([key]) => kept.includes(key)));
      const jobId = typeof fields['workflowId'] === 'string' ? { jobId: fields['workflowId'] } : {};
      logger[pinoLevels[level]]({ ...jobId, ...fields }, message);
    }),
  });
}

const pinoLevels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;
