import type { ListRunsRequest } from '../../../jobs/list-runs.ts';
import { runStatuses, runStatusOf } from '../../../jobs/run-status.ts';
import { runSources } from '../../../records/jobs/job-request.ts';
import { jobIdOfRun } from '../ids.ts';
import { parseSortedPageRequest, queryChoice, queryText } from '../list.ts';

/** Extend's own sources; from those that are not ours no run can come. */
export const listedSources = [
  ...runSources,
  'ADMIN',
  'PLAYGROUND',
  'WORKFLOW_CONFIGURATION',
  'WORKFLOW_RUN',
  'STUDIO',
] as const;

/** Reads the parameters of a list of runs. Throws 400s that name the parameter. */
export function parseRunListQuery(query: Readonly<Record<string, unknown>>): Omit<ListRunsRequest, 'tenant'> {
  const status = queryChoice(query, 'status', runStatuses);
  const source = queryChoice(query, 'source', listedSources);
  const awaitingReview = queryChoice(query, 'awaitingReview', ['true']) === 'true';
  const rerunOf = queryText(query, 'rerunOf');
  // What is no run's id is that of none.
  const repeated = rerunOf === undefined ? undefined : (jobIdOfRun(rerunOf) ?? rerunOf);
  return {
    ...parseSortedPageRequest(query),
    status,
    source,
    classifierId: queryText(query, 'classifierId'),
    batchId: queryText(query, 'batchId'),
    sourceId: queryText(query, 'sourceId'),
    fileNameContains: queryText(query, 'fileNameContains'),
    awaitingReview,
    rerunOf: repeated,
    // What Temporal cannot tell apart: whether anybody has begun with a run that is under way, who made it, and whether
    // one that has its answer waits.
    isWanted: (facts) =>
      (status === undefined || runStatusOf(facts.job) === status) &&
      (source === undefined || facts.source === source) &&
      (repeated === undefined || facts.rerunOf === repeated) &&
      (!awaitingReview || facts.awaitingReview !== undefined),
  };
}
