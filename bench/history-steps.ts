import type { WorkflowHandle } from '@temporalio/client';

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;
type HistoryEvent = NonNullable<History['events']>[number];

/**
 * All that a run did under one name: an activity, or the workflow's own tasks. Times in milliseconds since the run's
 * start.
 */
export interface Step {
  readonly name: string;
  readonly count: number;
  readonly beginsMs: number;
  readonly endsMs: number;
  /** From scheduled to started, in the mean. */
  readonly waitsMs: number;
  /** From started to completed, in the mean. */
  readonly runsMs: number;
}

interface Task {
  readonly name: string;
  readonly scheduledMs: number;
  readonly startedMs: number;
  readonly completedMs: number;
}

/** What a finished run did, in the order in which it began. */
export function readSteps({ events }: History): Step[] {
  const all = events ?? [];
  const tasks = all.flatMap((event) => readTask(event, all) ?? []);
  const startMs = timeOf(all[0]);
  const byName = Map.groupBy(tasks, (task) => task.name);
  return Array.from(byName, ([name, same]) => {
    const mean = (pick: (task: Task) => number): number =>
      same.reduce((sum, task) => sum + pick(task), 0) / same.length;
    return {
      name,
      count: same.length,
      beginsMs: Math.min(...same.map((task) => task.scheduledMs)) - startMs,
      endsMs: Math.max(...same.map((task) => task.completedMs)) - startMs,
      waitsMs: mean((task) => task.startedMs - task.scheduledMs),
      runsMs: mean((task) => task.completedMs - task.startedMs),
    };
  });
}

function readTask(completed: HistoryEvent, events: readonly HistoryEvent[]): Task | undefined {
  const facts = completed.activityTaskCompletedEventAttributes ?? completed.workflowTaskCompletedEventAttributes;
  if (!facts) return undefined;
  const eventOf = (id: unknown): HistoryEvent | undefined => events[Number(id) - 1];
  const scheduled = eventOf(facts.scheduledEventId);
  return {
    name: scheduled?.activityTaskScheduledEventAttributes?.activityType?.name ?? 'workflow tasks',
    scheduledMs: timeOf(scheduled),
    startedMs: timeOf(eventOf(facts.startedEventId)),
    completedMs: timeOf(completed),
  };
}

function timeOf(event: HistoryEvent | undefined): number {
  const { seconds, nanos } = event?.eventTime ?? {};
  return Number(seconds ?? 0) * 1000 + (nanos ?? 0) / 1e6;
}
