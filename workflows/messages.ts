import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import { progressQueryName, type JobProgress, type ReviewFacts } from '../src/domain/contract.ts';
import { reviewUpdateName, type ReviewAnswer } from '../src/domain/review.ts';
import { goOnSignalName } from '../src/domain/waiting.ts';
import { sendAgainSignalName } from '../src/domain/webhook.ts';

/** Which stage a run is in, and how many of its pages are judged. */
export const progressQuery = defineQuery<JobProgress>(progressQueryName);

/** To `deliverWebhook`: begin the schedule anew, at once. */
export const sendAgainSignal = defineSignal(sendAgainSignalName);

/** To a run that waits for a person: what they say. It answers with what becomes of it. */
export const reviewUpdate = defineUpdate<ReviewFacts, [ReviewAnswer]>(reviewUpdateName);

/** To a run that waits for what the operator keeps: ask again, at once. */
export const goOnSignal = defineSignal(goOnSignalName);
