import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type Client,
  type ScheduleOptions,
  type ScheduleOptionsStartWorkflowAction,
} from '@temporalio/client';
import type { deleteExpiredJobs } from '../../workflows/index.ts';
import { taskQueues, workflowTypes } from '../domain/contract.ts';
import type { Retention } from '../domain/retention.ts';
import { callTemporal } from '../temporal/connection.ts';
import { unlessGone } from '../temporal/executions.ts';

export const retentionScheduleId = 'pigeonhole-retention';

const deadlineMs = 10_000;

type Action = ScheduleOptionsStartWorkflowAction<typeof deleteExpiredJobs>;

/**
 * Updates the namespace's schedule to the settings. There is one, however many workers start, or none where nothing
 * expires. A schedule that an operator paused stays paused.
 */
export async function prepareSchedule(client: Client, retention: Retention): Promise<'created' | 'updated' | 'none'> {
  if (retention.jobDays === undefined && retention.uploadDays === undefined) {
    await deleteSchedule(client);
    return 'none';
  }
  const options = scheduleOptions(retention);
  try {
    await callTemporal(client, deadlineMs, () =>
      client.schedule.create({ scheduleId: retentionScheduleId, ...options }),
    );
    return 'created';
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
  await callTemporal(client, deadlineMs, () =>
    client.schedule.getHandle(retentionScheduleId).update<typeof deleteExpiredJobs>(({ state }) => ({
      ...options,
      state,
    })),
  );
  return 'updated';
}

function scheduleOptions({ jobDays, uploadDays }: Retention) {
  return {
    spec: { intervals: [{ every: '6 hours' }], jitter: '10 minutes' },
    policies: {
      overlap: ScheduleOverlapPolicy.SKIP,
      // A laptop that slept runs only the last missed sweep; more would find nothing.
      catchupWindow: '6 hours',
    },
    action: {
      type: 'startWorkflow',
      workflowType: workflowTypes.deleteExpiredJobs,
      workflowId: retentionScheduleId,
      taskQueue: taskQueues.workflow,
      args: [{ ...(jobDays !== undefined && { jobDays }), ...(uploadDays !== undefined && { uploadDays }) }],
      staticSummary: 'Delete what has outlived its time',
    },
  } as const satisfies Omit<ScheduleOptions<Action>, 'scheduleId'>;
}

/** Also ends a running sweep: its settings no longer hold. */
async function deleteSchedule(client: Client): Promise<void> {
  const handle = client.schedule.getHandle(retentionScheduleId);
  try {
    const { info } = await callTemporal(client, deadlineMs, () => handle.describe());
    await callTemporal(client, deadlineMs, () => handle.delete());
    for (const { workflow } of info.runningActions) {
      const run = client.workflow.getHandle(workflow.workflowId);
      await unlessGone(callTemporal(client, deadlineMs, () => run.cancel()));
    }
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
  }
}
