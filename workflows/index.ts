export { classifyBatch } from './classify-batch.ts';
export { classifyDocument } from './classify-document.ts';
export { deleteExpiredJobs } from './delete-expired-jobs.ts';
export { deliverWebhook } from './deliver-webhook.ts';
export {
  operateOnJobs as cancelJobs,
  operateOnJobs as deleteJobs,
  operateOnJobs as rerunJobs,
} from './operate-on-jobs.ts';
