import type { Job } from '../../../domain/job.ts';
import type { RunFacts } from '../../../records/jobs/run-facts.ts';
import { runStatusOf } from '../../../jobs/run-status.ts';
import { toClassifierSummary, toVersionSummary } from '../classifiers/body.ts';
import { failureReasonOf } from './failure-reasons.ts';
import { toFileSummary } from '../files/schemas.ts';
import { runIdOf } from '../ids.ts';
import { toRunOutputs } from './outputs.ts';
import type { ClassifyRunBody, ClassifyRunSummaryBody } from './schemas.ts';

/** A run in Extend's words: every key, always. `baseUrl` is where callers reach this service. */
export function toRunBody(facts: RunFacts, baseUrl: string): ClassifyRunBody {
  const summary = toRunSummary(facts, baseUrl);
  const { id, usage } = summary;
  return {
    ...summary,
    ...toRunOutputs(facts),
    config: facts.config,
    usage: usage && { ...usage, breakdown: [{ object: 'classify_run', id, credits: usage.credits }] },
  };
}

/** A run as lists show it: without its output and configuration. */
export function toRunSummary(
  { job, createdAt, classifier, file, metadata, rerunOf }: RunFacts,
  baseUrl: string,
): ClassifyRunSummaryBody {
  const id = runIdOf(job.jobId);
  const status = runStatusOf(job);
  const error = job.status === 'failed' && status === 'FAILED' ? job.error : undefined;
  const review = job.status === 'completed' ? job.result.review : undefined;
  const finishedAt = 'finishedAt' in job ? job.finishedAt : undefined;
  return {
    object: 'classify_run',
    id,
    classifier: classifier ? toClassifierSummary(classifier.classifier) : null,
    classifierVersion: classifier ? toVersionSummary(classifier.version) : null,
    status,
    failureReason: error ? failureReasonOf(error.code) : null,
    failureMessage: error ? error.detail : null,
    metadata: metadata ?? null,
    reviewed: review !== undefined,
    edited: review?.isEdited ?? false,
    file: file ? toFileSummary(file) : null,
    parseRunId: null,
    dashboardUrl: dashboardUrlOf(job, baseUrl),
    usage: usageOf(job),
    ...(rerunOf !== undefined && { rerunOf: runIdOf(rerunOf) }),
    createdAt,
    updatedAt: latest(createdAt, finishedAt, review?.reviewedAt),
  };
}

/** The URL of the run's job. */
function dashboardUrlOf({ jobId }: Job, baseUrl: string): string {
  return `${baseUrl}/classify/${encodeURIComponent(jobId)}`;
}

/** A page that was not judged, because it is blank or damaged, costs nothing. */
function usageOf(job: Job): ClassifyRunSummaryBody['usage'] {
  if (job.status !== 'completed') return null;
  const credits = job.result.pages.filter(({ success }) => success).length;
  return { credits, totalCredits: credits };
}

/** Instants in UTC, all of one form, sort as text. */
function latest(...instants: readonly (string | undefined)[]): string {
  return instants.reduce<string>((last, instant) => (instant !== undefined && instant > last ? instant : last), '');
}
