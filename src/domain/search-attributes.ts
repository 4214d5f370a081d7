/**
 * Attributes by which operators filter runs in Temporal's UI: plain `{name, type}` keys, as @temporalio/common's
 * `defineSearchAttributeKey` makes them. SQL visibility stores have few slots for each type (10 Keyword, 3 Double), so
 * each one must earn its place.
 */
export const searchAttributeKeys = {
  tenant: { name: 'Tenant', type: 'KEYWORD' },
  classification: { name: 'Classification', type: 'KEYWORD' },
  confidence: { name: 'Confidence', type: 'DOUBLE' },
  classifier: { name: 'Classifier', type: 'KEYWORD' },
  classifierId: { name: 'ClassifierId', type: 'KEYWORD' },
  batch: { name: 'Batch', type: 'KEYWORD' },
  fileName: { name: 'FileName', type: 'KEYWORD' },
  /** The job that this one repeats. */
  rerunOf: { name: 'RerunOf', type: 'KEYWORD' },
  /** What the run waits for that only the operator can mend. */
  waitingFor: { name: 'WaitingFor', type: 'KEYWORD' },
  failureReason: { name: 'FailureReason', type: 'KEYWORD' },
} as const;

export const searchAttributes = Object.values(searchAttributeKeys);
