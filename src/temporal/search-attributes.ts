import { defineSearchAttributeKey } from '@temporalio/common';
import { searchAttributes } from '../domain/search-attributes.ts';

export { searchAttributes };

/** Typed keys for starting and reading runs; the names are those of `searchAttributes`. */
export const searchAttributeKeys = {
  tenant: defineSearchAttributeKey('Tenant', 'KEYWORD'),
  classification: defineSearchAttributeKey('Classification', 'KEYWORD'),
  confidence: defineSearchAttributeKey('Confidence', 'DOUBLE'),
  classifier: defineSearchAttributeKey('Classifier', 'KEYWORD'),
  batch: defineSearchAttributeKey('Batch', 'KEYWORD'),
  fileName: defineSearchAttributeKey('FileName', 'KEYWORD'),
  failureReason: defineSearchAttributeKey('FailureReason', 'KEYWORD'),
};
