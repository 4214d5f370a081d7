import { optionOfCategory } from '../../domain/classification-options.ts';
import type { Job } from '../../domain/job.ts';
import type { RunFacts } from '../../jobs/run-facts.ts';
import { runStatusOf } from '../../jobs/run-status.ts';
import { toClassifierSummary, toVersionSummary } from './classifier-body.ts';
import { failureReasonOf } from './failure-reasons.ts';
import { toFileSummary } from './file-schemas.ts';
import { runIdOf } from './ids.ts';
import type { ClassifyOutputBody, ClassifyRunBody, ClassifyRunSummaryBody } from './run-schemas.ts';

/** A run in Extend's words: every key, always. `baseUrl` is where callers reach this service. */
export function toRunBody(facts: RunFacts, baseUrl: string): ClassifyRunBody {
  const summary = toRunSummary(facts, baseUrl);
  const { id, usage } = summary;
  return {
    ...summary,
    output: outputOf(facts),
    initialOutput: null,
    reviewedOutput: null,
    config: facts.config,
    usage: usage && { ...usage, breakdown: [{ object: 'classify_run', id, credits: usage.credits }] },
  };
}

/** A run as lists show it: without its output and configuration. */
export function toRunSummary(
  { job, createdAt, classifier, file, metadata }: RunFacts,
  baseUrl: string,
): ClassifyRunSummaryBody {
  const id = runIdOf(job.jobId);
  const status = runStatusOf(job);
  const error = job.status === 'failed' && status === 'FAILED' ? job.error : undefined;
  return {
    object: 'classify_run',
    id,
    classifier: classifier ? toClassifierSummary(classifier.classifier) : null,
    classifierVersion: classifier ? toVersionSummary(classifier.version) : null,
    status,
    failureReason: error ? failureReasonOf(error.code) : null,
    failureMessage: error ? error.detail : null,
    metadata: metadata ?? null,
    reviewed: false,
    edited: false,
    file: file ? toFileSummary(file) : null,
    parseRunId: null,
    dashboardUrl: `${baseUrl}/classify/${encodeURIComponent(job.jobId)}`,
    usage: usageOf(job),
    createdAt,
    updatedAt: 'finishedAt' in job && job.finishedAt !== undefined ? job.finishedAt : createdAt,
  };
}

function outputOf({ job, config, reason }: RunFacts): ClassifyOutputBody | null {
  if (job.status !== 'completed') return null;
  const { classification, confidence } = job.result;
  const option = optionOfCategory(config.classifications, classification);
  return {
    id: option?.id ?? classification,
    type: option?.type ?? classification,
    confidence,
    insights: reason === undefined ? [] : [{ type: 'reasoning', content: reason }],
  };
}

/** A page that was not judged, because it is blank or damaged, costs nothing. */
function usageOf(job: Job): ClassifyRunSummaryBody['usage'] {
  if (job.status !== 'completed') return null;
  const credits = job.result.pages.filter(({ success }) => success).length;
  return { credits, totalCredits: credits };
}
