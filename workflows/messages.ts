import { defineQuery } from '@temporalio/workflow';
import { progressQueryName, type JobProgress } from '../src/domain/contract.ts';

/** Which stage a run is in, and how many of its pages are judged. */
export const progressQuery = defineQuery<JobProgress>(progressQueryName);
