import { ActivityCancellationType, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type {
  DeliveryActivities,
  FetchActivities,
  ModelActivities,
  RenderActivities,
  WorkflowQueueActivities,
} from '../activities/index.ts';
import { taskQueues } from '../src/domain/contract.ts';

/** An outage of the store, a source or the model must not cost a job. An operator needs at most a day to mend it. */
const outage = '24 hours';

/**
 * Activities heartbeat every 2 s. Temporal notices a dead worker after 10 s. A cancellation reaches a living one within
 * 2 s, because workers throttle heartbeats to that.
 */
const heartbeatTimeout = '10 seconds';

/** Light I/O on the workflow's own queue. 30 minutes suffice for a document of 500 MB and a slow store. */
export const { storeDocument, storeResult, prepareRuns, storeBatchResult, storeOperationResult } =
  proxyActivities<WorkflowQueueActivities>({
    startToCloseTimeout: '30 minutes',
    scheduleToCloseTimeout: outage,
    heartbeatTimeout,
    retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  });

/**
 * Stores the result as a local activity: it needs no task of its own, so the run ends in the task that stores its
 * result. One second is long for so small an object, and a query or a cancellation may have to wait for it. What fails
 * or takes longer goes to the activity above.
 */
export const { storeResult: storeResultAtOnce } = proxyLocalActivities<Pick<WorkflowQueueActivities, 'storeResult'>>({
  startToCloseTimeout: '1 second',
  retry: { maximumAttempts: 1 },
});

/** Fetches from a caller's address, which may be slow: on slots that nothing else needs. 30 minutes for 500 MB. */
export const { storeDocument: fetchDocument } = proxyActivities<FetchActivities>({
  taskQueue: taskQueues.fetch,
  startToCloseTimeout: '30 minutes',
  scheduleToCloseTimeout: outage,
  heartbeatTimeout,
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});

/** Waits for a run that another execution of this batch has started. It may take as long as a run. */
export const { awaitRun } = proxyActivities<WorkflowQueueActivities>({
  startToCloseTimeout: outage,
  heartbeatTimeout,
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

/**
 * One request to a receiver, with its own timeout. The activity returns a receiver's failure as an answer; Temporal
 * retries only outages of the store.
 */
const delivery = {
  startToCloseTimeout: '3 minutes',
  scheduleToCloseTimeout: outage,
  heartbeatTimeout,
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
} as const;

/** A receiver may be as slow as its timeout allows, so deliveries have slots of their own. */
export const { deliverWebhook } = proxyActivities<DeliveryActivities>({ ...delivery, taskQueue: taskQueues.deliver });

/** Writes to the store alone. */
export const { logDelivery } = proxyActivities<WorkflowQueueActivities>(delivery);

/** For deliveries that began before webhooks had a queue of their own. */
export const { deliverWebhook: deliverOnOldQueue } = proxyActivities<WorkflowQueueActivities>(delivery);

/**
 * The renderer limits each document's time itself. 15 minutes leave room to fetch 500 MB from a slow store and to wait
 * for a free process. The activity marks failures that would repeat as final.
 */
export const { renderPages } = proxyActivities<RenderActivities>({
  taskQueue: taskQueues.render,
  startToCloseTimeout: '15 minutes',
  scheduleToCloseTimeout: outage,
  heartbeatTimeout,
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});

/**
 * One question to a model. The classifier has its own, shorter timeout; 10 minutes leave room for slow local models and
 * for OCR that waits its turn. The delay of a 429 overrides this policy.
 */
export const { classifyPage } = proxyActivities<ModelActivities>({
  taskQueue: taskQueues.model,
  startToCloseTimeout: '10 minutes',
  scheduleToCloseTimeout: outage,
  heartbeatTimeout,
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
  cancellationType: ActivityCancellationType.TRY_CANCEL,
});

/**
 * A step of a sweep works for about a minute, or on one page; the rest is for a slow store. If something is away all
 * day, the next day's sweep does the work.
 */
export const { setLifecycleRules, deleteExpiredExecutions, deleteExpiredObjects } =
  proxyActivities<WorkflowQueueActivities>({
    startToCloseTimeout: '15 minutes',
    scheduleToCloseTimeout: outage,
    heartbeatTimeout,
    retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
  });

/**
 * Works on one page of an operation on many jobs. A cancelled one answers with what it has done; a deletion waits for
 * runs to end.
 */
export const { operateOnPage } = proxyActivities<WorkflowQueueActivities>({
  startToCloseTimeout: '15 minutes',
  scheduleToCloseTimeout: outage,
  heartbeatTimeout,
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});
