import { defineQuery, defineSignal } from '@temporalio/workflow';
import { progressQueryName, type JobProgress } from '../src/domain/contract.ts';
import { sendAgainSignalName } from '../src/domain/webhook.ts';

/** Which stage a run is in, and how many of its pages are judged. */
export const progressQuery = defineQuery<JobProgress>(progressQueryName);

/** To `deliverWebhook`: begin the schedule anew, at once. */
export const sendAgainSignal = defineSignal(sendAgainSignalName);
