import type { PageClassifier } from '../src/classifier/page-classifier.ts';
import type { GuardedFetch } from '../src/net/fetch-guard.ts';
import type { GuardedPost } from '../src/net/guarded-post.ts';
import type { DocumentRenderer } from '../src/pdf/document-renderer.ts';
import type { FilePasswords } from '../src/records/files/file-passwords.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import type { TenantSlotsOptions } from '../src/domain/tenant-slots.ts';
import type { Circuit } from '../src/waiting/circuit.ts';
import type { EventPayloads } from '../src/webhook/event-payload.ts';
import type { WebhookSecrets } from '../src/records/webhooks/webhook-secrets.ts';
import { createAwaitRun } from './await-run.ts';
import { createClassifyPage } from './classify-page.ts';
import { createDeleteExpiredExecutions } from './delete-expired-executions.ts';
import { createDeleteExpiredObjects } from './delete-expired-objects.ts';
import { createDeliverWebhook, type DeliverWebhookDependencies, createLogDelivery } from './deliver-webhook.ts';
import { createOperateOnPage, type OperateOnPageDependencies } from './operate-on-page.ts';
import { createPrepareRuns, type PrepareRunsDependencies } from './prepare-runs.ts';
import { createRenderPages } from './render-pages.ts';
import { createSetLifecycleRules } from './set-lifecycle-rules.ts';
import { createStoreBatchResult } from './store-batch-result.ts';
import { createStoreDocument } from './store-document.ts';
import { createStoreOperationResult } from './store-operation-result.ts';
import { createStoreResult } from './store-result.ts';
import { createTenantShares } from './tenant-shares.ts';

export interface ActivityDependencies {
  readonly store: ObjectStore;
  readonly fetchGuard: GuardedFetch;
  readonly fileFetchGuard: GuardedFetch;
  readonly childFetchGuard: GuardedFetch;
  readonly postWebhook: GuardedPost;
  readonly webhookSecrets: WebhookSecrets;
  readonly toWebhookBody: DeliverWebhookDependencies['toWebhookBody'];
  readonly postToEndpoint: GuardedPost;
  readonly eventPayloads: EventPayloads;
  readonly prepareBatchRuns: PrepareRunsDependencies['prepareBatchRuns'];
  readonly operateOnJobs: OperateOnPageDependencies['operateOnJobs'];
  readonly renderer: DocumentRenderer;
  readonly passwords: FilePasswords;
  readonly classifier: PageClassifier;
  readonly tempDirectory: string;
  readonly maxFileBytes: number;
  readonly maxPages: number;
  /** Circuits of the services that the operator provides. */
  readonly circuits: readonly Circuit[];
}

/**
 * Light I/O, served beside the workflow tasks. Calls to callers' addresses have queues of their own; this one still
 * serves those that runs of earlier versions scheduled, and documents that need no fetching.
 */
export function createWorkflowQueueActivities(
  dependencies: Pick<
    ActivityDependencies,
    'store' | 'fetchGuard' | 'fileFetchGuard' | 'childFetchGuard' | 'maxFileBytes' | 'circuits'
  > &
    DeliverWebhookDependencies &
    PrepareRunsDependencies &
    OperateOnPageDependencies,
) {
  return {
    storeDocument: createStoreDocument(dependencies),
    storeResult: createStoreResult(dependencies),
    deliverWebhook: createDeliverWebhook(dependencies),
    logDelivery: createLogDelivery(dependencies),
    setLifecycleRules: createSetLifecycleRules(dependencies),
    deleteExpiredExecutions: createDeleteExpiredExecutions(dependencies),
    deleteExpiredObjects: createDeleteExpiredObjects(dependencies),
    prepareRuns: createPrepareRuns(dependencies),
    awaitRun: createAwaitRun(dependencies),
    storeBatchResult: createStoreBatchResult(dependencies),
    operateOnPage: createOperateOnPage(dependencies),
    storeOperationResult: createStoreOperationResult(dependencies),
  };
}

/** Fetches from addresses that callers name, on slots of their own with a share for each tenant. */
export function createFetchActivities(
  dependencies: Pick<
    ActivityDependencies,
    'store' | 'fetchGuard' | 'fileFetchGuard' | 'childFetchGuard' | 'maxFileBytes' | 'circuits'
  >,
  shares: TenantSlotsOptions,
) {
  return { storeDocument: createStoreDocument(dependencies, createTenantShares(shares)) };
}

/** Posts to addresses that callers name, on slots of their own with a share for each tenant. */
export function createDeliveryActivities(dependencies: DeliverWebhookDependencies, shares: TenantSlotsOptions) {
  return { deliverWebhook: createDeliverWebhook(dependencies, createTenantShares(shares)) };
}

/** CPU work, served where there are cores. */
export function createRenderActivities(
  dependencies: Pick<
    ActivityDependencies,
    'store' | 'renderer' | 'passwords' | 'tempDirectory' | 'maxPages' | 'circuits'
  >,
) {
  return { renderPages: createRenderPages(dependencies) };
}

/** Model calls, under the model's rate limit. */
export function createModelActivities(dependencies: Pick<ActivityDependencies, 'store' | 'classifier' | 'circuits'>) {
  return { classifyPage: createClassifyPage(dependencies) };
}

export type WorkflowQueueActivities = ReturnType<typeof createWorkflowQueueActivities>;
export type FetchActivities = ReturnType<typeof createFetchActivities>;
export type DeliveryActivities = ReturnType<typeof createDeliveryActivities>;
export type RenderActivities = ReturnType<typeof createRenderActivities>;
export type ModelActivities = ReturnType<typeof createModelActivities>;
