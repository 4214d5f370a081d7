import { upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { ClassifyDocumentResult } from '../src/domain/contract.ts';
import type { WaitedFor } from '../src/domain/errors.ts';
import { searchAttributeKeys as keys } from '../src/domain/search-attributes.ts';

/** Sets what the API sets at the start for its own runs: a child workflow gets it here. */
export function labelRun(tenant: string, fileName: string | undefined): void {
  if (workflowInfo().typedSearchAttributes.get(keys.tenant) !== undefined) return;
  upsertSearchAttributes([
    { key: keys.tenant, value: tenant },
    ...(fileName === undefined ? [] : [{ key: keys.fileName, value: fileName }]),
  ]);
}

export function labelClassification({ classification, confidence, classifier }: ClassifyDocumentResult): void {
  upsertSearchAttributes([
    { key: keys.classification, value: classification },
    { key: keys.confidence, value: confidence },
    { key: keys.classifier, value: classifier.name },
  ]);
}

export function labelFailure(code: string): void {
  upsertSearchAttributes([{ key: keys.failureReason, value: code }]);
}

/** Sets what the run waits for; undefined when it waits for nothing. */
export function labelWaiting(waitsFor: WaitedFor | undefined): void {
  upsertSearchAttributes([{ key: keys.waitingFor, value: waitsFor ?? null }]);
}
