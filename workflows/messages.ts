import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import { progressQueryName, type JobProgress, type ReviewFacts } from '../src/domain/contract.ts';
import { reviewUpdateName, type ReviewAnswer } from '../src/domain/review.ts';
import { goOnSignalName } from '../src/domain/waiting.ts';
import { sendAgainSignalName } from '../src/domain/webhook.ts';

/** The stage of a run, and how many of its pages are judged. */
export const progressQuery = defineQuery<JobProgress>(progressQueryName);

/** Tells `deliverWebhook` to start its schedule again, at once. */
export const sendAgainSignal = defineSignal(sendAgainSignalName);

/** Gives a run that waits for a person their answer. Returns the reviewed result. */
export const reviewUpdate = defineUpdate<ReviewFacts, [ReviewAnswer]>(reviewUpdateName);

/** Tells a run that waits for the operator to try again, at once. */
export const goOnSignal = defineSignal(goOnSignalName);
