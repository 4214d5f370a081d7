import { ActivityCancellationType, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type {
  DeliveryActivities,
  FetchActivities,
  ModelActivities,
  RenderActivities,
  WorkflowQueueActivities,
} from '../activities/index.ts';
import { taskQueues } from '../src/domain/contract.ts';

/** An outage of the store, of a source or of a model shall not cost a job: a day is time enough to mend it. */
const outage = '24 hours';

/**
 * Activities heartbeat every 2 s: a worker that died is noticed after 10 s, and a cancellation reaches a living one
 * within the 2 s to which workers throttle heartbeats.
 */
const heartbeatTimeout = '10 seconds';

/** Light I/O on the queue of the workflow itself. A document may have 500 MB, and its store be slow: 30 minutes. */
export const { storeDocument, storeResult, prepareRuns, storeBatchResult, storeOperationResult } =
  proxyActivities<WorkflowQueueActivities>({
    startToCloseTimeout: '30 minutes',
    scheduleToCloseTimeout: outage,
    heartbeatTimeout,
    retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  });

/**
 * The same, tried once within the workflow task itself: a local activity costs no task of its own, and the run ends in
 * the task that stores its result. A second is long for so small an object, and as long as a query or a cancellation
 * may have to wait for the task; what takes longer, or fails, is left to the activity above.
 */
export const { storeResult: storeResultAtOnce } = proxyLocalActivities<Pick<WorkflowQueueActivities, 'storeResult'>>({
  startToCloseTimeout: '1 second',
  retry: { maximumAttempts: 1 },
});

/**
 * A document that is behind a caller's address, which may be as slow as it likes: on slots that nothing else needs. 30
 * minutes for 500 MB.
 */
export const { storeDocument: fetchDocument } = proxyActivities<FetchActivities>({
  taskQueue: taskQueues.fetch,
  startToCloseTimeout: '30 minutes',
  scheduleToCloseTimeout: outage,
  heartbeatTimeout,
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});

/** Waits for a run that another execution of its batch has started. It may take as long as a run may. */
export const { awaitRun } = proxyActivities<WorkflowQueueActivities>({
  startToCloseTimeout: outage,
  heartbeatTimeout,
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

/**
 * One request to a receiver, which has a timeout of its own. A receiver that fails is an answer, not a failure: what is
 * retried here is an outage of the store.
 */
const delivery = {
  startToCloseTimeout: '3 minutes',
  scheduleToCloseTimeout: outage,
  heartbeatTimeout,
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
} as const;

/** On slots that nothing else needs: a receiver may be as slow as its timeout allows. */
export const { deliverWebhook } = proxyActivities<DeliveryActivities>({ ...delivery, taskQueue: taskQueues.deliver });

/** Writes to the store alone. */
export const { logDelivery } = proxyActivities<WorkflowQueueActivities>(delivery);

/** Of deliveries that began before webhooks had a queue of their own. */
export const { deliverWebhook: deliverOnOldQueue } = proxyActivities<WorkflowQueueActivities>(delivery);

/**
 * The renderer keeps its own clock, which ends every document; 15 minutes are for fetching 500 MB from a slow store and
 * for waiting until a process is free. What a document did to its renderer it would do again: the activity says which
 * failures are final.
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
 * One question to a model. The classifier has its own, shorter timeout; 10 minutes leave room for slow local
 * models and for OCR that waits its turn. A 429 brings its own delay, which overrides this policy.
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
 * A step of a sweep works for about a minute, or through one page; the rest is for a store that is slow. What one day's
 * sweep could not do, because something was away all day, the next one does.
 */
export const { setLifecycleRules, deleteExpiredExecutions, deleteExpiredObjects } =
  proxyActivities<WorkflowQueueActivities>({
    startToCloseTimeout: '15 minutes',
    scheduleToCloseTimeout: outage,
    heartbeatTimeout,
    retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
  });

/**
 * A page of an operation on many jobs. One that is cancelled answers with what it has done; a deletion waits for runs
 * to end.
 */
export const { operateOnPage } = proxyActivities<WorkflowQueueActivities>({
  startToCloseTimeout: '15 minutes',
  scheduleToCloseTimeout: outage,
  heartbeatTimeout,
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});
