/**
 * What an operator can filter runs by in the Temporal UI. SQL visibility stores have few slots for each type
 * (10 Keyword, 3 Double), so each one here must earn its place.
 */
export const searchAttributes = [
  { name: 'Tenant', type: 'KEYWORD' },
  { name: 'Classification', type: 'KEYWORD' },
  { name: 'Confidence', type: 'DOUBLE' },
  { name: 'Classifier', type: 'KEYWORD' },
  { name: 'Batch', type: 'KEYWORD' },
  { name: 'FileName', type: 'KEYWORD' },
  { name: 'FailureReason', type: 'KEYWORD' },
] as const;
